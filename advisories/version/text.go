package version

import (
	"cmp"
	"strings"
)

// The ASCII classes, without the locale or Unicode: versions are bytes.

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func isAlpha(c byte) bool { return isLower(c | 0x20) }

// digitsEnd is the index after the run of digits that starts at s[i].
func digitsEnd(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// alphasEnd is the index after the run of letters that starts at s[i].
func alphasEnd(s string, i int) int {
	for i < len(s) && isAlpha(s[i]) {
		i++
	}
	return i
}

// sameRuns is the length of the beginning that a and b share, without the run of
// digits or letters that the difference may lie in: the rest of each can be
// compared by itself.
func sameRuns(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (isDigit(a[n-1]) || isAlpha(a[n-1])) {
		n--
	}
	return n
}

// compareDigits orders two runs of digits as numbers of any length. An empty
// run is zero.
func compareDigits(a, b string) int {
	a, b = trimZeros(a), trimZeros(b)
	if len(a) != len(b) {
		return cmp.Compare(len(a), len(b))
	}
	return strings.Compare(a, b)
}

func trimZeros(s string) string {
	for len(s) > 0 && s[0] == '0' {
		s = s[1:]
	}
	return s
}

// parseEpoch reads an epoch of digits, at most limit. It fails on anything else.
func parseEpoch(s string, limit uint64) (uint64, bool) {
	if s == "" {
		return 0, false
	}
	var n uint64
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		if n = n*10 + uint64(s[i]-'0'); n > limit {
			return 0, false
		}
	}
	return n, true
}
