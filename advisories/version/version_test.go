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
	version.APK: {
		"0 00", "0-r0 0-r00", "0.0", "0.00", "0.001", "0.01", "0.1_alpha", "0.1", "0.9", "0.10", "1_alpha_beta", "1_alpha", "1_alpha-r1", "1_alpha~00", "1_alpha~01",
		"1_alpha0 1_alpha00", "1_alpha1", "1_alpha_p", "1_beta", "1_pre", "1_rc_beta", "1_rc", "1_rc1", "1_rc2", "1_rc10", "1 01", "1-r0", "1-r1 1-r01", "1-r10", "1~0af3-r1",
		"1_cvs", "1_svn", "1_git20200101", "1_git20200102", "1_hg", "1_p", "1_p-r1", "1_p1_rc1", "1_p1", "1_p2", "1a_alpha", "1a", "1a-r1", "1b", "1z_p9",
		"1.0", "1.0.1", "1.1", "1.1.1a-r0", "1.1.1w-r1", "1.9", "1.10", "18446744073709551616", "18446744073709551617",
	},
	version.SemVer: {
		"0.0.0-0", "0.0.0-1", "0.0.0-20190101000000-abcdef012345 v0.0.0-20190101000000-abcdef012345", "0.0.0-20190102000000-000000000000",
		"0.0.0 v0.0.0 0.0.0+a 0.0.0+0.01.-", "0.0.1", "1.0.0-0", "1.0.0-9", "1.0.0-10", "1.0.0-18446744073709551616", "1.0.0-18446744073709551617", "1.0.0--", "1.0.0-0a",
		"1.0.0-A", "1.0.0-alpha 1.0.0-alpha+001", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0 1.0.0+incompatible", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "2023.3.19", "2023.03.20 2023.3.20", "18446744073709551616.0.0", "18446744073709551617.0.0",
	},
}

var invalid = map[version.Scheme][]string{
	version.Dpkg: {"", " ", "1 2", ":1", "a:1", "-1:1", "2147483648:1", "1:", "1.0-", "-1", "1:-1", "1\x00", "1é", "99999999999999999999999999:1"},
	version.RPM:  {"", " ", "1 2", ":1", "a:1", "-1:1", "4294967296:1", "1:", "1.0-", "-1", "1:2:3", "1\x00", "1é", "1\n"},
	version.APK: {"", " ", "a", ".1", "1.", "1..2", "1 ", "1A", "1ab", "1a.1", "1_foo", "1_", "1_rcx", "1_rc 1", "1~", "1~G", "1~0~1", "1-r", "1-1", "1-r1-r2", "1-r1_p1", "1-r1~0", "1~0_p1",
		"4.10-1-r1", "10.2.26.r0", "1.7.5.-r1", "6.6.2p1-r0", "1:1", "edge"},
	version.SemVer: {"", " ", "v", "1", "1.2", "1.2.3.4", "1..3", ".1.2", "1.2.", "a.b.c", "1.2.3-", "1.2.3-a..b", "1.2.3-01", "1.2.3-a.", "1.2.3+", "1.2.3+a..b", "1.2.3+é", "1.2.3-é", "1.2.3 ",
		"vv1.2.3", "V1.2.3", "-1.2.3", "1.2.3+a+b", "(devel)", "nightly.2026-03-10.0", "go1.20"},
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
