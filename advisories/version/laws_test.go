package version_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keeppatched/keeppatched/advisories/version"
)

func ExampleScheme_Compare() {
	for _, s := range []version.Scheme{version.Dpkg, version.RPM, version.SemVer, version.PyPI} {
		c, err := s.Compare("1.0.0-2", "1.0.0-10")
		fmt.Println(s, c, err)
	}
	_, err := version.Dpkg.Compare("1.0", "1.0 beta")
	fmt.Println(err)
	// Output:
	// dpkg -1 <nil>
	// rpm -1 <nil>
	// semver -1 <nil>
	// pypi 0 no order for this version scheme: "pypi"
	// not a version of dpkg: "1.0 beta": embedded space
}

// schemes are those that have an order.
var schemes = []version.Scheme{version.Dpkg, version.RPM, version.APK, version.SemVer}

func TestUnknownSchemes(t *testing.T) {
	for _, s := range []version.Scheme{"", "nonsense", version.CRAN, version.Hackage, version.Maven, version.NuGet, version.Opam,
		version.Packagist, version.Pub, version.PyPI, version.RubyGems} {
		if _, err := s.Compare("1", "1"); !errors.Is(err, version.ErrScheme) {
			t.Errorf("%q: Compare gives %v, want ErrScheme", s, err)
		}
		if err := s.Check("1"); !errors.Is(err, version.ErrScheme) {
			t.Errorf("%q: Check gives %v, want ErrScheme", s, err)
		}
	}
}

func TestErrorsAreShort(t *testing.T) {
	for _, s := range schemes {
		err := s.Check("\x1b[31m" + strings.Repeat("1", 1<<20) + "\xff")
		if err == nil {
			t.Fatalf("%s: no error", s)
		}
		if text := err.Error(); len(text) > 400 || strings.ContainsRune(text, 0x1b) || strings.IndexByte(text, 0xff) >= 0 {
			t.Errorf("%s: the error has %d bytes or raw ones: %.100q", s, len(text), text)
		}
	}
}

// TestLongNumbers compares numbers that no integer type holds.
func TestLongNumbers(t *testing.T) {
	nines, more := strings.Repeat("9", 1e6), "1"+strings.Repeat("0", 1e6)
	for _, s := range schemes {
		for _, form := range []string{"%s.0.0", "1.%s.0", "1.0.0-r%s", "1.0.0-%s"} {
			a, b := fmt.Sprintf(form, nines), fmt.Sprintf(form, more)
			if s.Check(a) != nil {
				continue // not of this scheme's grammar
			}
			want := -1
			if s == version.SemVer && strings.Contains(form, "r") {
				want = 1 // an identifier with a letter is text
			}
			if got, err := s.Compare(a, b); got != want || err != nil {
				t.Errorf("%s: %s: got %d, %v; want %d", s, form, got, err, want)
			}
		}
	}
}

// laws checks that three texts stand in one order, whichever way it is asked.
func laws(t *testing.T, s version.Scheme, a, b, c string) {
	t.Helper()
	texts := []string{a, b, c}
	if slices.ContainsFunc(texts, func(v string) bool { return s.Check(v) != nil }) {
		for _, v := range texts {
			if err := s.Check(v); err != nil && !errors.Is(err, version.ErrInvalid) {
				t.Fatalf("%s: Check(%q) = %v, want ErrInvalid", s, v, err)
			}
		}
		return
	}
	compare := func(a, b string) int {
		n, err := s.Compare(a, b)
		if err != nil || n < -1 || n > 1 {
			t.Fatalf("%s: Compare(%q, %q) = %d, %v", s, a, b, n, err)
		}
		return n
	}
	for _, v := range texts {
		if compare(v, v) != 0 {
			t.Fatalf("%s: %q is not equal to itself", s, v)
		}
		for _, w := range texts {
			if compare(v, w) != -compare(w, v) {
				t.Fatalf("%s: %q and %q have two orders", s, v, w)
			}
		}
	}
	slices.SortFunc(texts, compare)
	ab, bc, ac := compare(texts[0], texts[1]), compare(texts[1], texts[2]), compare(texts[0], texts[2])
	if ab > 0 || bc > 0 || ac != min(ab, bc) {
		t.Fatalf("%s: no one order of %q: %d, %d, %d", s, texts, ab, bc, ac)
	}
}

func FuzzCompare(f *testing.F) {
	for i, s := range schemes {
		var all []string
		for _, line := range ascending[s] {
			all = append(all, strings.Fields(line)...)
		}
		all = append(all, invalid[s]...)
		for j := range len(all) - 2 {
			f.Add(uint8(i), all[j], all[j+1], all[(7*j)%len(all)])
		}
	}
	f.Fuzz(func(t *testing.T, scheme uint8, a, b, c string) {
		laws(t, schemes[int(scheme)%len(schemes)], a, b, c)
	})
}

// ordinary are pairs as feeds and machines have them.
var ordinary = map[version.Scheme][2]string{
	version.Dpkg:   {"1:2.34.1-5+deb12u1", "1:2.34.1-5+deb12u10"},
	version.RPM:    {"1:1.1.1k-9.el8_7", "1:1.1.1k-12.el8_9"},
	version.APK:    {"3.12.1_git20230717-r4", "3.12.1_git20230717-r10"},
	version.SemVer: {"v1.17.0-rc.1", "v1.17.0-rc.2"},
}

func TestNoAllocation(t *testing.T) {
	for s, pair := range ordinary {
		allocs := testing.AllocsPerRun(100, func() {
			if n, err := s.Compare(pair[0], pair[1]); n != -1 || err != nil {
				t.Errorf("%s: Compare%q = %d, %v", s, pair, n, err)
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations", s, allocs)
		}
	}
}

// long are pairs as module builds and pseudo-versions have them.
var long = map[version.Scheme][2]string{
	version.Dpkg:   {"1:2.34.1+dfsg1-5+deb12u1~bpo11+1", "1:2.34.1+dfsg1-5+deb12u1~bpo11+2"},
	version.RPM:    {"1:1.14.0-4.module_el8.9.0+3627+db8ec155", "1:1.14.0-4.module_el8.10.0+3627+db8ec155"},
	version.APK:    {"0.0.0_git20230717_p1~0123456789ab-r4", "0.0.0_git20230717_p1~0123456789ab-r10"},
	version.SemVer: {"v0.0.0-20230717203022-0123456789ab", "v0.0.0-20230817203022-0123456789ab"},
}

func BenchmarkCompare(b *testing.B) {
	for _, s := range schemes {
		benchmark(b, string(s), s, ordinary[s])
		benchmark(b, string(s)+"-long", s, long[s])
	}
}

func benchmark(b *testing.B, name string, s version.Scheme, pair [2]string) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if n, err := s.Compare(pair[0], pair[1]); n != -1 || err != nil {
				b.Fatal(n, err)
			}
		}
	})
}
