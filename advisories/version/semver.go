package version

import (
	"cmp"
	"strings"
)

// semVersion is a version of Semantic Versioning 2.0.0 (semver.org). The build
// metadata has no rank and is checked only.
type semVersion struct {
	major, minor, patch string
	pre                 string // dot-separated identifiers; empty: a release
}

// parseSemVer takes a version apart. Beyond the standard it takes a leading
// "v", as Go writes versions, and leading zeros in the three numbers
// ("2023.03.20"), which calendar versions have and which leave no doubt.
func parseSemVer(text string) (semVersion, error) {
	var v semVersion
	rest := strings.TrimPrefix(text, "v")
	if i := strings.IndexByte(rest, '+'); i >= 0 {
		if !validIdentifiers(rest[i+1:], false) {
			return v, invalid(SemVer, text, "build metadata")
		}
		rest = rest[:i]
	}
	if i := strings.IndexByte(rest, '-'); i >= 0 {
		v.pre = rest[i+1:]
		if !validIdentifiers(v.pre, true) {
			return v, invalid(SemVer, text, "pre-release identifiers")
		}
		rest = rest[:i]
	}
	i := digitsEnd(rest, 0)
	j := digitsEnd(rest, min(i+1, len(rest)))
	k := digitsEnd(rest, min(j+1, len(rest)))
	if k < len(rest) || i == 0 || j <= i+1 || k <= j+1 || rest[i] != '.' || rest[j] != '.' {
		return v, invalid(SemVer, text, "want MAJOR.MINOR.PATCH")
	}
	v.major, v.minor, v.patch = rest[:i], rest[i+1:j], rest[j+1:]
	return v, nil
}

// validIdentifiers checks identifiers that dots separate; strict ones that are
// numbers have no leading zero.
func validIdentifiers(s string, strict bool) bool {
	start, number := 0, true
	for i := 0; i <= len(s); i++ {
		switch {
		case i == len(s) || s[i] == '.':
			if i == start || strict && number && s[start] == '0' && i-start > 1 {
				return false
			}
			start, number = i+1, true
		case !isDigit(s[i]):
			if !isAlpha(s[i]) && s[i] != '-' {
				return false
			}
			number = false
		}
	}
	return true
}

func isNumber(s string) bool { return digitsEnd(s, 0) == len(s) }

func (v semVersion) compare(w semVersion) int {
	if c := compareDigits(v.major, w.major); c != 0 {
		return c
	}
	if c := compareDigits(v.minor, w.minor); c != 0 {
		return c
	}
	if c := compareDigits(v.patch, w.patch); c != 0 {
		return c
	}
	if v.pre == "" || w.pre == "" { // a release stands after its pre-releases
		return cmp.Compare(min(len(w.pre), 1), min(len(v.pre), 1))
	}
	return comparePreRelease(v.pre, w.pre)
}

// comparePreRelease orders identifier by identifier; where all are equal, the
// shorter list stands before.
func comparePreRelease(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareIdentifier(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareIdentifier orders numbers by value, and before all other identifiers,
// which stand in ASCII order.
func compareIdentifier(a, b string) int {
	switch x, y := isNumber(a), isNumber(b); {
	case x && y:
		return compareDigits(a, b)
	case x:
		return -1
	case y:
		return 1
	default:
		return strings.Compare(a, b)
	}
}
