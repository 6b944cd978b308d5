// Package apt finds the pending updates of a Debian or Ubuntu machine, or of
// another one that uses apt, in apt's own files: what "apt list --upgradable"
// would say, with nothing run and no root needed.
//
// # Which updates
//
// Four things decide what apt offers, and this package reads each as apt does:
//
//   - the installed packages, from dpkg's database (package dpkg);
//   - the configured sources, from etc/apt/sources.list and sources.list.d
//     (sources.list(5)), and of each the Release file and the Packages files
//     that the last "apt update" left in var/lib/apt/lists. A list that belongs
//     to no configured source is left out, as apt does;
//   - the priorities, from etc/apt/preferences and preferences.d
//     (apt_preferences(5)) and the APT::Default-Release of apt.conf(5);
//   - the order of versions (deb-version(7)).
//
// The candidate is the version that apt's policy selects, which is the one with
// the highest priority, the newest among equals. Whether apt's solver would then
// install it, with all it depends on, is not asked: "apt list --upgradable" does
// not ask either. Downgrades that a priority of 1000 or more demands are no
// updates. Nor is the same version built again with other dependencies, which
// apt does list.
//
// Held packages are listed, with Held set, as apt lists them. Updates that the
// archive hands out in phases are listed with Phased set: which machines a phase
// reaches depends on a machine's id, and is not decided here.
//
// # Security
//
// An update is a security update where a security archive carries the version
// on offer, or one between it and the installed one: a point release takes
// over the fix of an earlier security update under its own name. It is none
// where that archive's list was read and has no such version. It is unknown
// where no security archive stands beside the one that offers the update, as
// with nearly all archives of third parties.
//
// # Age
//
// What the lists do not have, nobody can report, so their age is part of the
// answer. A list that is past the Valid-Until of its Release file is a problem;
// so is the list of a security archive without Valid-Until (Ubuntu's have none)
// that is older than a week, where apt has not noted a later update. The times
// of the list files themselves are the server's, and say nothing.
//
// The signatures of Release files are not verified, nor are the hash sums of
// the lists: apt has done that when it stored them, and who can change them can
// change dpkg's database as well. A list whose size is not what its Release file
// says is a problem.
package apt
