// Package osvdb is the local database of advisories: one read-only file, built
// from OSV's export and asked without a network.
//
// [Build] makes the file of a folder in the layout of OSV's export bucket and
// puts it in the old one's place at once. [Open] reads a few hundred bytes of
// it. [DB.Lookup] reads the blocks that hold the packages asked for, and makes
// the [DB] an [advisories.Source]; [DB.Record] gives back a whole record, byte
// for byte.
//
// # Trust
//
// A database that is cut short, damaged or made to harm gives an error that
// wraps [ErrCorrupt], [ErrFormat] or [ErrNotDatabase], never a crash and never
// a wrong answer: each block is compared with its SHA-256 before it is used,
// those sums are in other blocks, and theirs, at last, in the header. The sums
// tell of damage. They do not tell who made a file: one who can write it can
// also leave advisories out.
//
// Records that Build had to refuse are counted in the file, and [DB.Check] tells
// of them, so that every report can.
//
// # Storage
//
// The format is our own (format.go describes it), because nothing at hand did
// what a scanner needs. A file that is mapped into memory, as bbolt's is, ends
// the process when it is cut short while it is read, and bbolt panics on pages
// it does not expect. SQLite in Go starts slowly and adds more code than the
// rest of a scanner. Log-structured stores keep folders of files, with locks and
// background work, for writes that never come here. What is needed is small:
// sorted tables of compressed, checked blocks that are written once.
package osvdb
