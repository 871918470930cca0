// Package sim is a simulated account: an http.Handler that answers the VPS.org API as its documents
// describe it. It has its own clock and the documented limits. The account changes with time
// (nightly backups, expiry, actions that take minutes), and fails on request. The program's --demo,
// its tests and its screenshots run on it.
//
// Everything random is drawn from a seed: the same seed, the same requests and the same clock give
// the same account. Each request first brings the account up to its clock. So there are no
// goroutines, and a week in one step ends where a week in a thousand steps does.
//
// Facts are marked with their source, as in the API's description: [D] documented, [E] read off an
// example, [I] inferred. Here inferred means decided by us, and no promise of the vendor.
package sim
