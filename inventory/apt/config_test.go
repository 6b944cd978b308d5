package apt_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The files of a machine on which all is well, and what is found there.
const (
	sources  = "etc/apt/sources.list"
	prefs    = "etc/apt/preferences"
	conf     = "etc/apt/apt.conf"
	rel      = "var/lib/apt/lists/a.example_debian_dists_stable_InRelease"
	ok       = "deb http://a.example/debian stable main\n"
	upToDate = "Origin: A\nLabel: A\nSuite: stable\nCodename: stable\nDate: Sat, 21 Nov 2026 02:10:46 UTC\n"
)

var upgrade, note = found[0], found[1]

// problems are ways to spoil one file of it: what is wrong is told, and the rest
// still read.
var problems = []struct {
	name, file, data string
	want             []string
}{
	{"type", sources, ok + "rpm http://b.example/ x y\n", []string{upgrade, `problem etc/apt/sources.list: line 2: "rpm" is not a type of source`, note}},
	{"no suite", sources, "deb http://b.example/\n" + ok, []string{upgrade, `problem etc/apt/sources.list: line 1: a source needs a URI and a suite`, note}},
	{"no component", sources, "deb http://b.example/ stable\n" + ok, []string{upgrade, `problem etc/apt/sources.list: line 1: no component of the suite "stable" is named`, note}},
	{"flat with component", sources, "deb http://b.example/ ./ main\n" + ok, []string{upgrade, `problem etc/apt/sources.list: line 1: the suite "./" is a directory, which has no components`, note}},
	{"brackets", sources, "deb [arch=amd64 http://b.example/ stable main\n" + ok, []string{upgrade, `problem etc/apt/sources.list: line 1: no closing ]`, note}},
	{"no URI", sources, "deb b.example stable main\n" + ok, []string{upgrade, `problem etc/apt/sources.list: line 1: "b.example" is not a URI`, note}},
	{"source only", sources, "deb-src http://b.example/ stable main\n" + ok, found},
	{"disc", sources, "deb cdrom:[Debian 12]/ stable main\n" + ok, []string{upgrade, "note the disc cdrom:[Debian 12]/ (etc/apt/sources.list) is not looked at", note}},
	{"quoted", sources, `deb [ arch=amd64,i386  trusted=yes ] "http://a.example/%64ebian" stable main # comment`, found},
	{"twice", sources, ok + ok, found},
	{"other architecture", sources, "deb [arch=i386] http://a.example/debian stable main\n" + "deb http://a.example/debian stable main\n", found},
	{"not stored", sources, ok + "deb http://b.example/ stable main\n", []string{upgrade,
		"problem etc/apt/sources.list: line 2: http://b.example/ stable main: main/binary-amd64/Packages: no list of it is stored, so its updates are not seen", note}},
	{"component not stored", sources, "deb http://a.example/debian stable main contrib\n", []string{upgrade,
		"problem etc/apt/sources.list: line 1: http://a.example/debian/ stable main contrib: contrib/binary-amd64/Packages: no list of it is stored, so its updates are not seen", note}},
	{"deb822 without suite", "etc/apt/sources.list.d/b.sources", "Types: deb\nURIs: http://b.example/\n", []string{upgrade,
		"problem etc/apt/sources.list.d/b.sources: line 1: a source needs Types, URIs and Suites", note}},
	{"deb822 type", "etc/apt/sources.list.d/b.sources", "Types: rpm\nURIs: http://b.example/\nSuites: x\nComponents: y\n", []string{upgrade,
		`problem etc/apt/sources.list.d/b.sources: line 1: "rpm" is not a type of source`, note}},
	{"deb822 syntax", "etc/apt/sources.list.d/b.sources", "# mine\n\nTypes: deb\nwhat\nURIs: http://a.example/debian\nSuites: stable\nComponents: main\n", []string{upgrade,
		`problem etc/apt/sources.list.d/b.sources: line 4: not a field: "what"`, note}},
	{"pin without package", prefs, "Pin: release a=stable\nPin-Priority: 1\n", []string{upgrade, "problem etc/apt/preferences: line 1: a pin needs a Package", note}},
	{"pin without pin", prefs, "Package: bash\nPin-Priority: -1\n", found},
	{"kind of pin", prefs, "Package: bash\nPin: solver x\nPin-Priority: -1\n", []string{upgrade, `problem etc/apt/preferences: line 1: "solver" is not a kind of pin`, note}},
	{"no priority", prefs, "Package: bash\nPin: release a=stable\n", []string{upgrade, `problem etc/apt/preferences: line 1: Pin-Priority: strconv.ParseInt: parsing "": invalid syntax`, note}},
	{"priority of zero", prefs, "Package: bash\nPin: release a=stable\nPin-Priority: 0\n", []string{upgrade, "problem etc/apt/preferences: line 1: a Pin-Priority of zero says nothing", note}},
	{"priority out of range", prefs, "Package: bash\nPin: release a=stable\nPin-Priority: 40000\n", []string{upgrade, `problem etc/apt/preferences: line 1: Pin-Priority: strconv.ParseInt: parsing "40000": value out of range`, note}},
	{"never of one", prefs, "Package: bash\nPin: release a=stable\nPin-Priority: never\n", []string{upgrade, "problem etc/apt/preferences: line 1: the priority never is for Package: * alone", note}},
	{"version of all", prefs, "Package: *\nPin: version 1*\nPin-Priority: -1\n", []string{upgrade, "problem etc/apt/preferences: line 1: a pin of all packages cannot name a version", note}},
	{"regular expression", prefs, "Package: /[/ bash\nPin: release a=stable\nPin-Priority: 990\n", []string{upgrade, "problem etc/apt/preferences: line 1: error parsing regexp: missing closing ]: `[`", note}},
	{"glob", prefs, "Package: bash\nPin: release a=[\nPin-Priority: -1\n", []string{upgrade, `problem etc/apt/preferences: line 1: "[": syntax error in pattern`, note}},
	{"unknown release", prefs, "Package: bash\nPin: release q=1\nPin-Priority: -1\n", []string{upgrade, `problem etc/apt/preferences: line 1: nothing is known of the release "q=1"`, note}},
	{"wildcard", prefs, "Package: bash:linux-any\nPin: release a=stable\nPin-Priority: -1\n", []string{upgrade, `problem etc/apt/preferences: line 1: the architecture wildcard "linux-any" is not known here`, note}},
	{"moved", conf, `Dir::State::lists "elsewhere";`, []string{upgrade, `problem etc/apt/apt.conf: dir::state::lists is set to "elsewhere", but only apt's usual directories are read`, note}},
	{"cut option", conf, `APT::Default-Release "stable`, []string{upgrade, "problem etc/apt/apt.conf: ends within a quoted value", note}},
	{"cut block", conf, `APT { Default-Release "x";`, []string{upgrade, "problem etc/apt/apt.conf: ends within a statement", note}},
	{"cut comment", conf, `/* APT`, []string{upgrade, "problem etc/apt/apt.conf: ends within a comment", note}},
	{"blocks", conf, strings.Repeat("a {", 100), []string{upgrade, "problem etc/apt/apt.conf: blocks more than 64 deep", note}},
	{"default release", conf, `APT::Default-Release "n=";`, []string{upgrade, `problem etc/apt/apt.conf: APT::Default-Release: nothing is known of the release "n="`, note}},
	{"size", rel, upToDate + "SHA256:\n abcd 7 main/binary-amd64/Packages\n", []string{upgrade,
		"problem " + listPath + ": the list has 48 bytes, but its Release file (" + rel + ") says 7", note}},
	{"size that is right", rel, upToDate + "SHA256:\n abcd                48 main/binary-amd64/Packages\n", found},
	{"empty release", rel, "", []string{strings.Replace(upgrade, "A:stable", "a.example", 1), "problem " + rel + ": a Release file without fields"}},
	{"release date", rel, strings.Replace(upToDate, "UTC", "CET", 1), []string{upgrade, "problem " + rel + `: Date: "Sat, 21 Nov 2026 02:10:46 CET" is not a date in UTC`}},
	{"cut list", listPath, offered + "Package: dpkg\nVersion: 2.0", []string{upgrade, "problem " + listPath + ": ends within a line: the list is cut", note}},
	{"no version", listPath, "Package: dpkg\nArchitecture: amd64\n\n" + offered, []string{upgrade, "problem " + listPath + ": dpkg: no Version or no Architecture field", note}},
	{"no architecture", listPath, "Package: dpkg\nVersion: 2.0\n\n" + offered, []string{upgrade, "problem " + listPath + ": dpkg: no Version or no Architecture field", note}},
	{"no name", listPath, "Version: 2.0\n\n\n\n" + offered, []string{upgrade, "problem " + listPath + ": 1 stanzas have no Package field", note}},
	{"phase", listPath, offered + "Package: dpkg\nVersion: 2.0\nArchitecture: all\nPhased-Update-Percentage: 101\n", []string{upgrade,
		"problem " + listPath + `: dpkg: Phased-Update-Percentage: "101" is not a percentage`, note}},
	{"long stanza", listPath, "Package: dpkg\n" + strings.Repeat(" long\n", 1<<18) + "\n" + offered, []string{upgrade,
		"problem " + listPath + ": a stanza is larger than the limit of 1048576 bytes", note}},
	{"carriage returns", listPath, strings.ReplaceAll("Package: x\n\n"+offered, "\n", "\r\n"), found},
	{"continuation", listPath, "Package: bash\nDescription: x\n Version: 9\nVersion: 1.1\nVersion: 3\nArchitecture: amd64\n", found},
}

func TestProblems(t *testing.T) {
	for _, test := range problems {
		t.Run(test.name, func(t *testing.T) {
			fsys := with(with(machine(), listPath, offered), test.file, test.data)
			if diff := cmp.Diff(test.want, outcome(collect(fsys))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAge(t *testing.T) {
	release := func(suite, fields string) string {
		return "Origin: A\nLabel: A\nSuite: " + suite + "\nCodename: stable\n" + fields
	}
	stamp := func(fsys fstest.MapFS, age time.Duration) {
		fsys["var/lib/apt/periodic/update-success-stamp"] = &fstest.MapFile{ModTime: at.Add(-age)}
	}
	const old, recent = "Date: Sat, 07 Nov 2026 02:10:46 UTC\n", "Date: Sat, 21 Nov 2026 02:10:46 +0000\n"
	for _, test := range []struct {
		name, release string
		stamp         time.Duration // zero: none
		want          []string
	}{
		{"valid", release("stable", old+"Valid-Until: Tue, 24 Nov 2026 02:10:46 UTC\n"), 0,
			[]string{"note A:stable: list of 2026-11-07"}},
		{"expired", release("stable", old+"Valid-Until: Sat, 14 Nov 2026 02:10:46 UTC\n"), 0, []string{
			"problem var/lib/apt/lists/a.example_debian_dists_stable_InRelease: the list of A:stable: it is from 2026-11-07 and was valid until 2026-11-14",
			"note A:stable: list of 2026-11-07"}},
		{"not a security archive", release("stable", old), 0, []string{"note A:stable: list of 2026-11-07"}},
		{"recent", release("stable-security", recent), 0, []string{"note A:stable-security: list of 2026-11-21"}},
		{"old", release("stable-security", old), 0, []string{
			"problem var/lib/apt/lists/a.example_debian_dists_stable_InRelease: the list of A:stable-security: it is from 2026-11-07, and nothing shows that apt has looked for a newer one since",
			"note A:stable-security: list of 2026-11-07"}},
		{"old, but updated", release("stable-security", old), time.Hour, []string{"note A:stable-security: list of 2026-11-07"}},
		{"updated long ago", release("stable-security", recent), 8 * 24 * time.Hour, []string{
			"note apt noted its last successful update on 2026-11-15 (var/lib/apt/periodic/update-success-stamp)",
			"note A:stable-security: list of 2026-11-21"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := with(machine(), listPath, "")
			with(fsys, "var/lib/apt/lists/a.example_debian_dists_stable_InRelease", test.release)
			if test.stamp != 0 {
				stamp(fsys, test.stamp)
			}
			if diff := cmp.Diff(test.want, outcome(collect(fsys))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
