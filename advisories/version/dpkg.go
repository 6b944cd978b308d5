package version

import (
	"cmp"
	"math"
	"strings"
)

// dpkgVersion is [epoch:]upstream[-revision], as deb-version(7) has it.
type dpkgVersion struct {
	epoch              uint64
	upstream, revision string
}

// dpkgSpace is what dpkg trims around a version.
const dpkgSpace = " \t\n\v\f\r"

// parseDpkg takes a version apart as parseversion in dpkg's lib/dpkg/parsehelp.c
// does, with the same errors. What dpkg only warns of, and orders all the same,
// is ordered here too: an upstream version that does not begin with a digit,
// and characters outside its alphabet. Refused besides are bytes outside ASCII,
// which dpkg orders differently from machine to machine (the sign of C's char),
// and an epoch with a sign.
func parseDpkg(text string) (dpkgVersion, error) {
	var v dpkgVersion
	rest := text
	if rest != "" && (rest[0] <= ' ' || rest[len(rest)-1] <= ' ') {
		rest = strings.Trim(rest, dpkgSpace)
	}
	for i := range len(rest) {
		switch c := rest[i]; {
		case c > ' ' && c < 0x80:
		case c == 0 || c >= 0x80:
			return v, invalid(Dpkg, text, "byte outside ASCII")
		case strings.IndexByte(dpkgSpace, c) >= 0:
			return v, invalid(Dpkg, text, "embedded space")
		}
	}
	if i := strings.IndexByte(rest, ':'); i >= 0 {
		var ok bool
		if v.epoch, ok = parseEpoch(rest[:i], math.MaxInt32); !ok {
			return v, invalid(Dpkg, text, "epoch is not a number from 0 to 2147483647")
		}
		rest = rest[i+1:]
	}
	v.upstream = rest
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		v.upstream, v.revision = rest[:i], rest[i+1:]
		if v.revision == "" {
			return v, invalid(Dpkg, text, "empty revision")
		}
	}
	if v.upstream == "" {
		return v, invalid(Dpkg, text, "empty upstream version")
	}
	return v, nil
}

func (v dpkgVersion) compare(w dpkgVersion) int {
	if v.epoch != w.epoch {
		return cmp.Compare(v.epoch, w.epoch)
	}
	if c := compareDpkgPart(v.upstream, w.upstream); c != 0 {
		return c
	}
	return compareDpkgPart(v.revision, w.revision)
}

// compareDpkgPart orders two upstream versions or two revisions: by turns a run
// of other characters and a run of digits. A missing revision ranks as "0".
func compareDpkgPart(a, b string) int {
	i := sameRuns(a, b)
	j := i
	for i < len(a) || j < len(b) {
		for (i < len(a) && !isDigit(a[i])) || (j < len(b) && !isDigit(b[j])) {
			if c := cmp.Compare(dpkgRank(a, i), dpkgRank(b, j)); c != 0 {
				return c
			}
			i, j = i+1, j+1 // equal ranks are equal characters
		}
		m, n := digitsEnd(a, i), digitsEnd(b, j)
		if c := compareDigits(a[i:m], b[j:n]); c != 0 {
			return c
		}
		i, j = m, n
	}
	return 0
}

// dpkgRank ranks the character at s[i]: the tilde before the end of the run,
// then letters, then all others.
func dpkgRank(s string, i int) int {
	if i >= len(s) || isDigit(s[i]) {
		return 0
	}
	switch c := s[i]; {
	case c == '~':
		return -1
	case isAlpha(c):
		return int(c)
	default:
		return int(c) + 256
	}
}
