// Package rpm lists the packages that rpm has installed, from its database, by
// reading the file: rpm itself, its libraries and its locks are not needed.
//
// # Which database
//
// rpm has kept its database in three places and, today, three formats:
//
//	usr/lib/sysimage/rpm   SUSE, Fedora from 36, RHEL from 10
//	usr/share/rpm          systems made by ostree
//	var/lib/rpm            everything else, and often a link to one of the others
//
//	rpmdb.sqlite           SQLite, with its log rpmdb.sqlite-wal
//	Packages.db            NDB
//	Packages               Berkeley DB hash, in either byte order
//
// A machine has one. Where several are found, the first is read, by directory
// and then by format, both in the order above, which puts newer conventions
// first. The same database reached by two paths counts once. Another one is
// what a conversion left behind, and becomes a note; but if it was written to
// later than the one that was read, or if that one holds no package, then the
// wrong one may have been read, and it becomes a problem.
//
// # What a package says
//
// Name, epoch, version, release, architecture, source package, vendor, module
// label and installation time. File lists are not looked at. The public keys
// that rpm keeps as packages named gpg-pubkey are not packages; they are counted
// in a note. Text that rpm writes as "(none)" is empty.
//
// A header that does not parse, or has no name, version or release, is left out
// and becomes a problem, as rpm itself skips it. Text that is not UTF-8 or has
// control characters in it keeps its package: each bad byte becomes U+FFFD,
// and a problem shows the original.
package rpm
