package version

import (
	"cmp"
	"strings"
)

// compareAPK orders versions of Alpine's package keeper, in the grammar of
// apk-tools (src/version.c), which knows:
//
//	digits{.digits}[letter]{_suffix[digits]}[~hash][-rdigits]
//
// A text outside it is no version here. apk itself orders such texts by the
// part it understands, and that order is not transitive: unfit for ranges.
//
// It goes through both token by token to the first difference, and then through
// what is left of each, to know that both are versions.
func compareAPK(a, b string) (int, error) {
	x, y := apkToken{rest: a}, apkToken{rest: b}
	order := 0
	for order == 0 && x.kind != apkEnd {
		if !x.next() {
			return 0, invalid(APK, a, apkGrammar)
		}
		if !y.next() {
			return 0, invalid(APK, b, apkGrammar)
		}
		order = x.compare(&y)
	}
	if !x.finish() {
		return 0, invalid(APK, a, apkGrammar)
	}
	if !y.finish() {
		return 0, invalid(APK, b, apkGrammar)
	}
	return order, nil
}

const apkGrammar = "want digits{.digits}[letter]{_suffix[digits]}[~hash][-rdigits]"

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

// apkSuffix ranks the suffixes; those up to apkLastPreRelease stand before the
// version without suffix. Zero: there is no such suffix.
func apkSuffix(word string) int {
	switch word {
	case "alpha":
		return 1
	case "beta":
		return 2
	case "pre":
		return 3
	case "rc":
		return apkLastPreRelease
	case "cvs":
		return 5
	case "svn":
		return 6
	case "git":
		return 7
	case "hg":
		return 8
	case "p":
		return 9
	}
	return 0
}

const apkLastPreRelease = 4

// apkToken is the current token of a version and what follows it.
type apkToken struct {
	kind   apkKind
	text   string // of numbers, letters and hashes
	suffix int    // its rank
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
	t.take(apkPatch, 1, end)
	t.suffix = apkSuffix(t.text)
	if t.suffix <= apkLastPreRelease {
		t.kind = apkPreRelease
	}
	return t.suffix != 0
}

// finish goes on to the end. It gives false where the rest has no grammar.
func (t *apkToken) finish() bool {
	for t.kind != apkEnd {
		if !t.next() {
			return false
		}
	}
	return true
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
