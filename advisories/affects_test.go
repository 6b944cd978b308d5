package advisories_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/version"
)

func Example() {
	a, err := advisories.Parse([]byte(`{
		"schema_version": "1.7.0", "id": "DSA-5343-1", "modified": "2023-02-07T00:00:00Z",
		"affected": [{
			"package": {"ecosystem": "Debian:11", "name": "openssl"},
			"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1.1n-0+deb11u4"}]}]
		}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, installed := range []string{"1.1.1n-0+deb11u3", "1.1.1w-0+deb11u1", "1.1.1 n"} {
		m, err := advisories.Affects(a, advisories.Query{Ecosystem: "Debian:11", Name: "openssl", Version: installed})
		fmt.Println(installed, m.Affected, m.Fixed, err)
	}
	// Output:
	// 1.1.1n-0+deb11u3 true 1.1.1n-0+deb11u4 <nil>
	// 1.1.1w-0+deb11u1 false  <nil>
	// 1.1.1 n false  advisory "DSA-5343-1": affected[0]: ranges[0]: not a version of dpkg: "1.1.1 n": embedded space
}

// events makes a range's events of "introduced 1, fixed 2".
func events(text string) []advisories.Event {
	var out []advisories.Event
	for word := range strings.SplitSeq(text, ",") {
		var e advisories.Event
		f := strings.Fields(word)
		for i := 0; i+1 < len(f); i += 2 {
			switch f[i] {
			case "introduced":
				e.Introduced = f[i+1]
			case "fixed":
				e.Fixed = f[i+1]
			case "last_affected":
				e.LastAffected = f[i+1]
			case "limit":
				e.Limit = f[i+1]
			}
		}
		out = append(out, e)
	}
	return out
}

// span makes a range.
func span(t advisories.RangeType, text string) advisories.Range {
	return advisories.Range{Type: t, Events: events(text)}
}

// debian makes an entry of the package p in Debian 12, one range a text.
func debian(ranges ...string) advisories.Affected {
	a := advisories.Affected{Package: advisories.Package{Ecosystem: "Debian:12", Name: "p"}}
	for _, text := range ranges {
		a.Ranges = append(a.Ranges, span(advisories.RangeEcosystem, text))
	}
	return a
}

func listed(a advisories.Affected, versions ...string) advisories.Affected {
	a.Versions = versions
	return a
}

func of(ecosystem, name string, a advisories.Affected) advisories.Affected {
	a.Package = advisories.Package{Ecosystem: ecosystem, Name: name}
	return a
}

// TestAffects evaluates entries for versions: each answer is "VERSION", and
// then what is fixed above it, or "-" where it is not affected, "?" where that
// cannot be told; "!" where it is affected and something cannot be told.
func TestAffects(t *testing.T) {
	one := debian
	tests := []struct {
		name    string
		entries []advisories.Affected
		answers string
	}{
		{"ordinary", []advisories.Affected{one("introduced 0, fixed 2")}, "0~~ 2, 1 2, 2~ 2, 2 -, 1:0 -"},
		{"no fix", []advisories.Affected{one("introduced 0")}, "0~ , 9 , 1:1 "},
		{"introduced later", []advisories.Affected{one("introduced 1, fixed 2")}, "1~ -, 1 2, 1.5 2, 2 -"},
		{"several spans", []advisories.Affected{one("introduced 1, fixed 2, introduced 3, fixed 4")}, "0 -, 1 2, 2 -, 2.5 -, 3 4, 4 -"},
		{"out of order", []advisories.Affected{one("fixed 4, introduced 3, fixed 2, introduced 1")}, "0 -, 1 2, 2 -, 2.5 -, 3 4, 4 -"},
		{"introduced again after", []advisories.Affected{one("introduced 0, introduced 2, fixed 2.1, fixed 1.3")}, "1 1.3, 1.3 -, 2 2.1, 2.1 -"},
		{"last affected", []advisories.Affected{one("introduced 1, last_affected 2")}, "0 -, 1 , 2 , 2.0.1 -"},
		{"last affected, then fixed", []advisories.Affected{one("introduced 1, last_affected 2, introduced 3, fixed 4")}, "2 4, 2.5 -, 3 4"},
		{"tie of introduced and fixed", []advisories.Affected{one("introduced 1, fixed 1")}, "0 -, 1 -, 2 -"},
		{"tie of last affected and introduced", []advisories.Affected{one("last_affected 1, introduced 1")}, "1 , 2 -"},
		{"tie of zero", []advisories.Affected{one("introduced 0, introduced 0~~, fixed 1")}, "0~~~ 1, 0 1"},
		{"fixed before introduced", []advisories.Affected{one("introduced 2, fixed 1")}, "0 -, 1 -, 1.5 -, 2 , 3 "},
		{"limit", []advisories.Affected{one("introduced 1, limit 3")}, "0 -, 1 , 2.9 , 3 -, 4 -"},
		{"the highest limit counts", []advisories.Affected{one("introduced 1, limit 2, limit 3, fixed 5")}, "2 5, 3 -"},
		{"infinite limit", []advisories.Affected{one("introduced 1, limit 2, limit *")}, "1 , 2 , 9 "},
		{"equal rank", []advisories.Affected{listed(one(), "1.0")}, "1.0 , 1.00 , 0:1.0-0 , 1.1 -"},
		{"union of list and range", []advisories.Affected{listed(one("introduced 2, fixed 3"), "1", "5")}, "1 3, 2 3, 4 -, 5 "},
		{"a fix that is listed is none", []advisories.Affected{listed(one("introduced 2, fixed 3, introduced 4, fixed 5"), "0:3")}, "2 5, 3 5, 0:3 5, 4 5, 5 -"},
		{"union of ranges", []advisories.Affected{one("introduced 1, fixed 3", "introduced 2, fixed 4")}, "1 4, 2.5 4, 3 4, 4 -"},
		{"union of entries", []advisories.Affected{one("introduced 0, fixed 2"), one("introduced 0, fixed 5"), one("introduced 6, fixed 7")}, "1 5, 2 5, 5 -, 6 7"},
		{"chain", []advisories.Affected{one("introduced 1, fixed 2"), one("introduced 2, fixed 3"), one("introduced 3, fixed 4")}, "1 4, 2 4, 3 4, 4 -"},
		{"chain to the end", []advisories.Affected{one("introduced 1, fixed 2"), one("introduced 2, last_affected 3"), one("introduced 3")}, "1 , 2 , 3 , 0 -"},
		{"fix held by a limit", []advisories.Affected{one("introduced 1, fixed 2"), one("introduced 0, limit 3"), one("introduced 5, fixed 6")}, "1 6, 2.5 6, 3 -"},
		{"limits of both kinds and a later fix", []advisories.Affected{one("introduced 1, fixed 2, limit 9"), one("introduced 0, limit 2, limit 1, introduced 4"), one("introduced 2, limit *, fixed 3, limit 1")}, "1 3, 2 3, 3 -, 4 -"},
		{"last affected holds a fix", []advisories.Affected{one("introduced 1, fixed 2"), one("introduced 0, last_affected 2"), one("introduced 3, fixed 4")}, "1 4, 2 4, 2.1 -"},
		{"commits are passed over", []advisories.Affected{{Package: advisories.Package{Ecosystem: "Debian:12", Name: "p"}, Ranges: []advisories.Range{
			span(advisories.RangeGit, "introduced 0, fixed 6879efc2c1596d11a6a6ad296f80063b558d5e0f"),
			span(advisories.RangeEcosystem, "introduced 0, fixed 2")}}}, "1 2, 2 -"},
		{"commits alone", []advisories.Affected{{Package: advisories.Package{Ecosystem: "Debian:12", Name: "p"}, Ranges: []advisories.Range{span(advisories.RangeGit, "introduced 0")}}}, "1 -"},
		{"SemVer whatever the ecosystem", []advisories.Affected{{Package: advisories.Package{Ecosystem: "Debian:12", Name: "p"}, Ranges: []advisories.Range{
			span(advisories.RangeSemVer, "introduced 1.0.0, fixed 1.10.0")}}}, "1.0.0-rc.1 -, 1.9.0 1.10.0, 1.10.0 -, 1:1 ?"},
		{"two orders: no fix is the lowest", []advisories.Affected{{Package: advisories.Package{Ecosystem: "Debian:12", Name: "p"}, Ranges: []advisories.Range{
			span(advisories.RangeSemVer, "introduced 0, fixed 1.10.0"), span(advisories.RangeEcosystem, "introduced 0, fixed 1.11.0")}}}, "1.9.0 , 1.11.0 -"},
		{"other packages", []advisories.Affected{of("Debian:11", "p", one("introduced 0")), of("Debian", "p", one("introduced 0")), of("Debian:12", "P", one("introduced 0")), of("Debian:12", "*", one("introduced 0"))}, "1 -"},
		{"no entries", nil, "1 -"},
		{"an entry that says nothing", []advisories.Affected{one()}, "1 -"},

		{"no version", []advisories.Affected{one("introduced 0, fixed 2")}, "(none) ?"},
		{"invalid query", []advisories.Affected{one("introduced 0, fixed 2")}, "1: ?"},
		{"invalid query, all are affected", []advisories.Affected{one("introduced 0")}, "1: "},
		{"invalid query, listed", []advisories.Affected{listed(one(), "1:", "2")}, "1: , 3: ?"},
		{"invalid text in a list is no version", []advisories.Affected{listed(one(), "1:", "2")}, "2.0 -, 2 "},
		{"invalid event", []advisories.Affected{one("introduced 0, fixed 2:")}, "1 ?"},
		{"invalid event, listed", []advisories.Affected{listed(one("introduced 0, fixed 2:"), "1")}, "1 , 2 ?"},
		{"invalid event, another range", []advisories.Affected{one("introduced 0, fixed 2:", "introduced 1, fixed 2")}, "1 2, 2 ?"},
		{"invalid event, another entry", []advisories.Affected{one("introduced 0, fixed 2:"), one("introduced 1, fixed 2")}, "1 !, 2 ?"},
		{"no introduced", []advisories.Affected{one("fixed 2")}, "1 ?"},
		{"no events", []advisories.Affected{{Package: advisories.Package{Ecosystem: "Debian:12", Name: "p"}, Ranges: []advisories.Range{{Type: advisories.RangeEcosystem}}}}, "1 ?"},
		{"an event of two fields", []advisories.Affected{one("introduced 0 fixed 2")}, "1 ?"},
		{"an event of none", []advisories.Affected{one("introduced 0, unknown 2")}, "1 ?"},
		{"unknown range type", []advisories.Affected{{Package: advisories.Package{Ecosystem: "Debian:12", Name: "p"}, Ranges: []advisories.Range{span("SOMETHING", "introduced 0")}}}, "1 ?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &advisories.Advisory{ID: "X-1", Affected: tt.entries}
			for answer := range strings.SplitSeq(tt.answers, ", ") {
				v, want, _ := strings.Cut(answer, " ")
				if v == "(none)" {
					v = ""
				}
				m, err := advisories.Affects(a, advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: v})
				if got := describe(m, err); got != want {
					t.Errorf("%q: got %q, want %q (%v)", v, got, want, err)
				}
			}
		})
	}
}

func describe(m advisories.Match, err error) string {
	switch {
	case m.Affected && err != nil:
		return "!" + m.Fixed
	case m.Affected:
		return m.Fixed
	case err != nil:
		return "?"
	default:
		return "-"
	}
}

func TestErrorsSayWhere(t *testing.T) {
	bad := debian("introduced 0, fixed 2:")
	a := &advisories.Advisory{ID: "X-1", Affected: []advisories.Affected{debian(), bad, bad, debian("fixed 1")}}
	_, err := advisories.Affects(a, advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: "1"})
	if !errors.Is(err, version.ErrInvalid) {
		t.Fatalf("got %v, want one that wraps ErrInvalid", err)
	}
	for _, want := range []string{`"X-1"`, "affected[1]", "ranges[0]", `"2:"`, "2 more"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not tell %s", err, want)
		}
	}
	_, err = advisories.Affects(&advisories.Advisory{ID: "X-2", Affected: []advisories.Affected{debian("fixed 1")}},
		advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: "1"})
	if !errors.Is(err, advisories.ErrRange) {
		t.Errorf("got %v, want one that wraps ErrRange", err)
	}
}

func TestEcosystems(t *testing.T) {
	entry := func(ecosystem, name, events string, versions ...string) *advisories.Advisory {
		a := of(ecosystem, name, debian(events))
		a.Versions = versions
		return &advisories.Advisory{ID: "X-1", Affected: []advisories.Affected{a}}
	}
	tests := []struct {
		name     string
		advisory *advisories.Advisory
		query    advisories.Query
		want     string
	}{
		{"PyPI names", entry("PyPI", "Ruamel.Yaml", "introduced 0"), advisories.Query{Ecosystem: "PyPI", Name: "ruamel_yaml", Version: "1.0"}, ""},
		{"names elsewhere", entry("npm", "Ruamel.Yaml", "introduced 0"), advisories.Query{Ecosystem: "npm", Name: "ruamel_yaml", Version: "1.0.0"}, "-"},
		{"no order here, listed", entry("PyPI", "p", "introduced 0, fixed 2", "1.0"), advisories.Query{Ecosystem: "PyPI", Name: "p", Version: "1.0"}, ""},
		{"no order here, not listed", entry("PyPI", "p", "introduced 0, fixed 2", "1.0"), advisories.Query{Ecosystem: "PyPI", Name: "p", Version: "1.0.0"}, "?"},
		{"no order at all", entry("GitHub Actions", "p", "introduced 0, fixed 2"), advisories.Query{Ecosystem: "GitHub Actions", Name: "p", Version: "1"}, "?"},
		{"unknown ecosystem", entry("Plan 9", "p", "introduced 0, fixed 2"), advisories.Query{Ecosystem: "Plan 9", Name: "p", Version: "1"}, "?"},
		{"wrapped ecosystem", entry("Root:Debian:12", "rootio-p", "introduced 0, fixed 1.0-1.root.io.2"), advisories.Query{Ecosystem: "Root:Debian:12", Name: "rootio-p", Version: "1.0-1.root.io.1"}, "1.0-1.root.io.2"},
		{"end of life", entry("Debian:10", "*", "introduced 0"), advisories.Query{Ecosystem: "Debian:10", Name: "*"}, ""},
		{"end of life and packages", entry("Debian:10", "*", "introduced 0"), advisories.Query{Ecosystem: "Debian:10", Name: "p", Version: "1"}, "-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := advisories.Affects(tt.advisory, tt.query)
			if got := describe(m, err); got != tt.want {
				t.Errorf("got %q, want %q (%v)", got, tt.want, err)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	high := []advisories.Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}
	low := []advisories.Severity{{Type: "Ubuntu", Score: "low"}}
	severe := func(a advisories.Affected, s []advisories.Severity) advisories.Affected {
		a.Severity = s
		return a
	}
	entries := []advisories.Affected{
		severe(debian("introduced 1, fixed 2"), low),
		severe(of("Debian:11", "p", debian("introduced 0")), high),
		severe(debian("introduced 0, fixed 2"), high),
		debian("introduced 0, fixed 2"),
		severe(debian("introduced 5, fixed 6"), nil),
		severe(debian("introduced 1.5, fixed 2"), low),
	}
	a := &advisories.Advisory{ID: "X-1", Severity: high, Affected: entries}
	tests := []struct {
		version string
		want    advisories.Match
	}{
		{"0", advisories.Match{Affected: true, Fixed: "2", Severity: high, Entries: []int{2, 3}}},
		{"1.7", advisories.Match{Affected: true, Fixed: "2", Severity: append(low[:1:1], high...), Entries: []int{0, 2, 3, 5}}},
		{"3", advisories.Match{}},
		{"5", advisories.Match{Affected: true, Fixed: "6", Severity: high, Entries: []int{4}}}, // the record's
	}
	for _, tt := range tests {
		got, err := advisories.Affects(a, advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: tt.version})
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", tt.version, err, diff)
		}
	}

	a.Withdrawn = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	got, err := advisories.Affects(a, advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: "1"})
	if diff := cmp.Diff(advisories.Match{Withdrawn: true}, got); diff != "" || err != nil {
		t.Errorf("withdrawn: %v (-want +got)\n%s", err, diff)
	}
}

func TestAffectsLeavesTheRecordAlone(t *testing.T) {
	build := func() *advisories.Advisory {
		return &advisories.Advisory{ID: "X-1", Affected: []advisories.Affected{
			listed(debian("fixed 4, introduced 3, fixed 2, introduced 1", "limit 9, introduced 1"), "7", "3"),
			debian("fixed 5, introduced 0"),
		}}
	}
	a := build()
	if _, err := advisories.Affects(a, advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: "1"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(build(), a); diff != "" {
		t.Errorf("the record was changed (-before +after)\n%s", diff)
	}
}
