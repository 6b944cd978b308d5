// Package inventory says what is installed on a machine: the types and the
// contracts, no code that reads a machine.
//
// A [Target] is a machine's file system and the facts of its host; package
// inventory/host opens one. A [Backend] reads one kind of package database from
// a target and returns a [Result]; each lives in a directory of its own beside
// this file, named as its tool or format is (dpkg, rpm, apk, apt), and package
// inventory/all lists the default ones. An [Inventory] is what package scanner
// makes of all results: plain data, to be kept as JSON and assessed anywhere,
// later.
//
// # What could not be seen
//
// Nothing here ends in a silent gap. A backend whose database is not on the
// machine returns [ErrAbsent]; one that reads only part of it returns what it
// read and a [Problem] for each rest; and each becomes a [Coverage] entry of
// the inventory.
package inventory
