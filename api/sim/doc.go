// Package sim is the simulated account: an http.Handler that answers the VPS.org API as its documents describe it, with a
// clock of its own, the documented limits, a life that goes on (nightly backups, expiry, deeds that take minutes), and
// failures on request. The program's --demo, its tests and its pictures all run on it.
//
// Everything is drawn from a seed: the same seed, the same requests and the same clock give the same account. Nothing
// happens by itself: each request first brings the account up to its clock, so that there are no goroutines, and a week
// in one step ends where a week in a thousand steps does.
//
// Where a fact comes from is marked as in the API's description: [D] documented, [E] read off an example, [I] inferred,
// which here means: decided by us, and no promise of the vendor.
package sim
