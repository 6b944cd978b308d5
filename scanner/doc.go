// Package scanner joins the two sides: what is installed and what is known to
// be wrong.
//
// [Scanner.Gather] asks every inventory backend about a target and gives an
// inventory; [Scanner.Assess] asks every advisory source about an inventory and
// gives a report; [Scanner.Scan] does both. The halves can run on different
// machines: an inventory is plain JSON, and assessing it needs no access to the
// machine it came from.
//
// What cannot be seen, parsed or matched never disappears: each backend, each
// source and each ecosystem has an entry in the coverage of the report, and a
// gap in it makes the report incomplete.
//
// A Scanner starts no goroutine that outlives a call, writes nothing and logs
// nothing unless it is given a logger.
package scanner
