// Package apk reads which packages apk has installed, on Alpine, Wolfi and
// their relatives.
//
// apk keeps them in lib/apk/db/installed, a text file of lines like "P:musl":
// one letter, a colon, a value. An empty line ends a package. (The form is that
// of APKINDEX, with the package's files added; "Apk spec" in the Alpine wiki.)
// Systems whose /lib is part of /usr have it in usr/lib/apk/db. apk 3 has
// another form for repositories, and keeps this one for what is installed.
//
// # Which packages count
//
// All but those whose name begins with a dot: these are virtual, names for a
// set of packages that "apk add --virtual .name" made, and are counted in a
// note. One that apk marks as broken (its files could not all be written) is
// reported with a problem.
//
// # What is not recorded
//
// The database has no date of installation: "t" is when the package was built.
// It has no holds either; a version pinned in etc/apk/world limits which
// version apk chooses, and is not read. The origin is the source package, whose
// version is the package's own.
package apk
