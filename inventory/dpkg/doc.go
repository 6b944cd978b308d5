// Package dpkg reads which packages dpkg has installed, on Debian, Ubuntu and
// the systems that descend from them.
//
// dpkg keeps them in var/lib/dpkg/status, one stanza a package (deb822(5)).
// While it works it first writes each change to a file of its own in
// var/lib/dpkg/updates and folds them in later; where it was interrupted, the
// files are still there, and they count. Images without a package manager
// (distroless) have a file a package in var/lib/dpkg/status.d instead, stanzas
// without a Status field.
//
// # Which packages count
//
// A package is reported if its files are on the disk: in the states unpacked,
// half-configured, triggers-awaited, triggers-pending and installed. So is one
// that is half-installed, or that dpkg wants to be reinstalled, with a problem:
// which of its files are there is not certain. Packages of which nothing or
// nothing but configuration is left are counted in a note.
//
// # What is believed
//
// The names and versions that dpkg itself accepts are accepted, though Debian
// Policy is stricter (dpkg reads an underscore in a name, say, and the name
// "Foo" as "foo"). A record that dpkg would refuse is a problem and is left
// out; the rest is read, where dpkg gives up.
package dpkg
