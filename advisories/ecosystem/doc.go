// Package ecosystem is the table of OSV ecosystems: which names and versions a
// record's package goes by, and which questions an installed package yields.
//
// The join key between a machine and an advisory is not the package's name. A
// Debian record names the source package, an AlmaLinux record the binary one;
// "Ubuntu:22.04:LTS" and "Ubuntu:22.04" are different ecosystems; a SUSE
// package is filed under the module that ships it. [Keys] turns what is known
// of a machine and a package into the exact questions to ask, or says why there
// are none. [Get] tells how an ecosystem's records are to be read, and what its
// data cannot show.
//
// The names and suffix rules are those of the OSV schema, version 1.7.5, with
// the additions up to 1.9 (ossf.github.io/osv-schema, "Defined ecosystems").
package ecosystem
