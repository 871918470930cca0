// Package model holds the program's data types (server, backup, snapshot, account, operation), what
// is known of the account (Remote, State), and its rules. The rules are pure functions: why a point
// cannot be restored, whether it is the last restore point, how much quota is left. The package
// imports only the standard library and does no I/O.
//
// The source of a fact is marked as in the API's description: [D] documented, [E] taken from an
// example, [I] inferred.
package model
