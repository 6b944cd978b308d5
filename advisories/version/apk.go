package version

import (
	"cmp"
	"strings"
)

// apkVersion is a version of Alpine's package keeper, in the grammar of
// apk-tools (src/version.c), which knows:
//
//	digits{.digits}[letter]{_suffix[digits]}[~hash][-rdigits]
//
// A text outside it is no version here. apk itself orders such texts by the
// part it understands, and that order is not transitive: unfit for ranges.
type apkVersion string

func parseAPK(text string) (apkVersion, error) {
	for t := (apkToken{rest: text}); t.next(); {
		if t.kind == apkEnd {
			return apkVersion(text), nil
		}
	}
	return "", invalid(APK, text, "want digits{.digits}[letter]{_suffix[digits]}[~hash][-rdigits]")
}

// compare orders token by token. Both versions are valid, so both token
// streams end, and equal tokens before the end are of the same kind.
func (v apkVersion) compare(w apkVersion) int {
	a, b := apkToken{rest: string(v)}, apkToken{rest: string(w)}
	for a.next() && b.next() {
		if c := a.compare(&b); c != 0 || a.kind == apkEnd {
			return c
		}
	}
	return 0
}

// apkKind is the kind of a token. Where two versions go on with tokens of
// different kinds, the kinds order them: the lower stands before.
type apkKind int

const (
	apkStart      apkKind = iota
	apkPreRelease         // _alpha, _beta, _pre, _rc
	apkEnd
	apkRevision     // -r1
	apkHash         // ~0af3
	apkSuffixNumber // the 1 of _rc1
	apkPatch        // _cvs, _svn, _git, _hg, _p
	apkLetter
	apkNumber // after a dot
	apkFirst  // the number at the beginning
)

// apkSuffixes ranks the suffixes.
var apkSuffixes = [...]string{"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"}

// apkPreReleases is how many of them stand before the version without suffix.
const apkPreReleases = 4

// apkToken is the current token of a version and what follows it.
type apkToken struct {
	kind   apkKind
	text   string // of numbers, letters and hashes
	suffix int    // index in apkSuffixes
	rest   string
}

// next moves to the next token. It gives false where the grammar has none.
func (t *apkToken) next() bool {
	if t.rest == "" {
		ok := t.kind != apkStart
		t.kind = apkEnd
		return ok
	}
	inNumbers := t.kind == apkFirst || t.kind == apkNumber
	inSuffixes := inNumbers || t.kind == apkLetter || t.isSuffix() || t.kind == apkSuffixNumber
	switch c := t.rest[0]; {
	case t.kind == apkStart:
		return t.digits(apkFirst, 0)
	case inNumbers && c == '.':
		return t.digits(apkNumber, 1)
	case inNumbers && isLower(c):
		t.take(apkLetter, 0, 1)
		return true
	case t.isSuffix() && isDigit(c):
		return t.digits(apkSuffixNumber, 0)
	case inSuffixes && c == '_':
		return t.takeSuffix()
	case inSuffixes && c == '~':
		end := 1
		for end < len(t.rest) && (isDigit(t.rest[end]) || 'a' <= t.rest[end] && t.rest[end] <= 'f') {
			end++
		}
		t.take(apkHash, 1, end)
		return end > 1
	case (inSuffixes || t.kind == apkHash) && strings.HasPrefix(t.rest, "-r"):
		return t.digits(apkRevision, 2)
	default:
		return false
	}
}

func (t *apkToken) isSuffix() bool { return t.kind == apkPreRelease || t.kind == apkPatch }

// take makes rest[from:to] the current token.
func (t *apkToken) take(kind apkKind, from, to int) {
	t.kind, t.text, t.rest = kind, t.rest[from:to], t.rest[to:]
}

// digits takes the run of digits at rest[from:]; there must be one.
func (t *apkToken) digits(kind apkKind, from int) bool {
	end := digitsEnd(t.rest, from)
	t.take(kind, from, end)
	return end > from
}

// takeSuffix takes an underscore and the word after it.
func (t *apkToken) takeSuffix() bool {
	end := 1
	for end < len(t.rest) && isLower(t.rest[end]) {
		end++
	}
	for i, s := range apkSuffixes {
		if t.rest[1:end] == s {
			t.suffix = i
			t.take(apkPatch, 1, end)
			if i < apkPreReleases {
				t.kind = apkPreRelease
			}
			return true
		}
	}
	return false
}

// compare orders two tokens at the same place.
func (t *apkToken) compare(u *apkToken) int {
	if t.kind != u.kind {
		return cmp.Compare(t.kind, u.kind)
	}
	switch t.kind {
	case apkEnd:
		return 0
	case apkPreRelease, apkPatch:
		return cmp.Compare(t.suffix, u.suffix)
	case apkFirst, apkSuffixNumber, apkRevision:
		return compareDigits(t.text, u.text)
	case apkNumber:
		// As Gentoo has it: a leading zero makes it a decimal fraction.
		if t.text[0] != '0' && u.text[0] != '0' {
			return compareDigits(t.text, u.text)
		}
	}
	return strings.Compare(t.text, u.text)
}
