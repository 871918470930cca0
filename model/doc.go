// Package model holds the nouns of the program (server, backup, snapshot, account, operation), what is known of them at
// a moment (Remote, State), and the pure questions one asks of them: why can this not be restored, is it the last
// restore point, how much quota is left. It imports the standard library only and does no I/O.
//
// Where a fact comes from is marked as in the API's description: [D] documented, [E] read off an example, [I] inferred.
package model
