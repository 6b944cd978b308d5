package version

import (
	"cmp"
	"math"
	"strings"
)

// rpmVersion is [epoch:]version[-release], EVR for short.
type rpmVersion struct {
	epoch            uint64
	version, release string
}

// parseRPM takes an EVR apart as rpmverParse in rpm's rpmio/rpmver.c does. A
// missing epoch is 0. Refused are texts that rpm would order and no package can
// have: an empty version or release, a colon after the epoch, and bytes that
// are not printable ASCII.
func parseRPM(text string) (rpmVersion, error) {
	var v rpmVersion
	rest := text
	if i := strings.IndexByte(text, ':'); i >= 0 {
		var ok bool
		if v.epoch, ok = parseEpoch(text[:i], math.MaxUint32); !ok {
			return v, invalid(RPM, text, "epoch is not a number from 0 to 4294967295")
		}
		rest = text[i+1:]
	}
	for i := range len(rest) {
		if c := rest[i]; c <= ' ' || c >= 0x7f {
			return v, invalid(RPM, text, "space, control character or byte outside ASCII")
		}
	}
	if strings.IndexByte(rest, ':') >= 0 {
		return v, invalid(RPM, text, "colon after the epoch")
	}
	v.version = rest
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		v.version, v.release = rest[:i], rest[i+1:]
		if v.release == "" {
			return v, invalid(RPM, text, "empty release")
		}
	}
	if v.version == "" {
		return v, invalid(RPM, text, "empty version")
	}
	return v, nil
}

// compare orders as rpmverCmp does: a version without release stands before the
// same version with any release. (Only rpm's matching of dependencies leaves
// the release out where one side has none; that is no order.)
func (v rpmVersion) compare(w rpmVersion) int {
	if v.epoch != w.epoch {
		return cmp.Compare(v.epoch, w.epoch)
	}
	if c := compareRPMPart(v.version, w.version); c != 0 {
		return c
	}
	if v.release == "" || w.release == "" {
		return cmp.Compare(min(len(v.release), 1), min(len(w.release), 1))
	}
	return compareRPMPart(v.release, w.release)
}

// compareRPMPart is rpmvercmp: runs of digits and runs of letters, one by one,
// whatever separates them. What follows an equal beginning ranks, ascending:
// a tilde, the end, a caret, letters, digits.
func compareRPMPart(a, b string) int {
	n := sameRuns(a, b)
	a, b = a[n:], b[n:]
	for {
		a, b = trimRPMSeparators(a), trimRPMSeparators(b)
		x, y := rpmRank(a), rpmRank(b)
		if x != y {
			return cmp.Compare(x, y)
		}
		switch x {
		case rpmEnd:
			return 0
		case rpmTilde, rpmCaret:
			a, b = a[1:], b[1:]
		case rpmLetters:
			m, n := alphasEnd(a, 0), alphasEnd(b, 0)
			if c := strings.Compare(a[:m], b[:n]); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
		case rpmDigits:
			m, n := digitsEnd(a, 0), digitsEnd(b, 0)
			if c := compareDigits(a[:m], b[:n]); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
		}
	}
}

// The ranks of what a part goes on with.
const (
	rpmTilde = iota
	rpmEnd
	rpmCaret
	rpmLetters
	rpmDigits
)

func rpmRank(s string) int {
	switch {
	case s == "":
		return rpmEnd
	case s[0] == '~':
		return rpmTilde
	case s[0] == '^':
		return rpmCaret
	case isDigit(s[0]):
		return rpmDigits
	default:
		return rpmLetters
	}
}

func trimRPMSeparators(s string) string {
	for s != "" && !isDigit(s[0]) && !isAlpha(s[0]) && s[0] != '~' && s[0] != '^' {
		s = s[1:]
	}
	return s
}
