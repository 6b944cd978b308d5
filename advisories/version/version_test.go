package version_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/keeppatched/keeppatched/advisories/version"
)

// ascending holds, for each scheme, versions in ascending order; those that
// share a rank share a line.
var ascending = map[version.Scheme][]string{
	version.Dpkg: {
		"0~~ 0~~-0", "0~~a", "0~", "0 0-0 00 0:0", "0-1~", "0-1 0-01", "0a", "0a1", "0.0", "1.0~rc1-1", "1.0~rc1-1+b1",
		"1.0 1.00 0:1.0 1.0-0", "1.0-1", "1.0-1+deb12u1", "1.0-1.1", "1.0a", "1.0+dfsg", "1.0-2-1", "1.0.1", "1.9", "1.10",
		"2.30-1ubuntu0.1", "2.30-1ubuntu0.10", "1:0", "1:1:2", "2147483647:0",
	},
	version.RPM: {
		"0", "0-1", "1.0~rc1", "1.0~rc1-1", "1.0~rc1^20200101-1", "1.0 0:1.0 1..0 1.0. 01.00", "1.0-1~a", "1.0-1", "1.0-1.el8", "1.0-1.el8_4", "1.0-1.el8_4.1", "1.0-1.el9", "1.0-1.1",
		"1.0^", "1.0^20200101", "1.0^20200102-1", "1.0a", "1.0b", "1.0.1", "1.9", "1.10", "2", "1:0", "4294967295:0",
	},
}

var invalid = map[version.Scheme][]string{
	version.Dpkg: {"", " ", "1 2", ":1", "a:1", "-1:1", "2147483648:1", "1:", "1.0-", "-1", "1:-1", "1\x00", "1é", "99999999999999999999999999:1"},
	version.RPM:  {"", " ", "1 2", ":1", "a:1", "-1:1", "4294967296:1", "1:", "1.0-", "-1", "1:2:3", "1\x00", "1é", "1\n"},
}

func TestOrder(t *testing.T) {
	for s, lines := range ascending {
		for i, as := range lines {
			for j, bs := range lines {
				want := max(-1, min(1, i-j))
				for _, a := range strings.Fields(as) {
					for _, b := range strings.Fields(bs) {
						if got, err := s.Compare(a, b); got != want || err != nil {
							t.Errorf("%s: Compare(%q, %q) = %d, %v; want %d", s, a, b, got, err, want)
						}
					}
				}
			}
		}
	}
}

func TestInvalid(t *testing.T) {
	for s, texts := range invalid {
		for _, text := range texts {
			if err := s.Check(text); !errors.Is(err, version.ErrInvalid) {
				t.Errorf("%s: Check(%q) = %v; want ErrInvalid", s, text, err)
			}
			if _, err := s.Compare("1", text); !errors.Is(err, version.ErrInvalid) {
				t.Errorf("%s: Compare(1, %q) gives %v; want ErrInvalid", s, text, err)
			}
		}
	}
}
