// Package deb822 reads the control files of Debian's tools: stanzas of
// "Name: value" lines, apart by empty lines, as deb822(5) defines them. dpkg's
// status database, apt's Release and preferences files are of this form.
//
// A [Reader] goes through a file of any length in bounded memory and keeps
// only the fields that were asked for. What is wrong with a file never ends
// the reading: it is a [Fault] of the stanza it stands in, and the lines after
// it are read.
//
//	r := deb822.NewReader(f, "Package", "Version")
//	for r.Next() {
//		s := r.Stanza()
//		fmt.Printf("line %d: %s\n", s.Line, s.Get("Package"))
//	}
//	if err := r.Err(); err != nil { ... }
package deb822
