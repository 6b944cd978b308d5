// Package version orders version strings as the package managers that made
// them do: one [Scheme] for each set of rules, one file a scheme.
//
// Each scheme is a total order over the texts it takes for versions: for any
// such a, b and c, comparing (a, b) is the opposite of comparing (b, a), and
// a ≤ b ≤ c implies a ≤ c. Equal rank does not mean equal text: dpkg ranks
// "1.0" and "1.00" as equal. What a scheme does not take for a version is an
// error and never gets a rank, since a guess here is a missed vulnerability.
//
// Comparison reads each text once or twice, allocates nothing where both are
// versions, and never turns digits into numbers: a number of a million digits
// is slow in proportion, and otherwise harmless.
package version

import (
	"errors"
	"fmt"
)

// Scheme is a way to order versions, named after the tool or the standard that
// defines it. The zero value is no scheme.
type Scheme string

// The schemes that have an order here.
const (
	Dpkg   Scheme = "dpkg"
	RPM    Scheme = "rpm"
	APK    Scheme = "apk"
	SemVer Scheme = "semver"
)

// The schemes that are named and not yet ordered here: comparing under them
// gives [ErrScheme].
const (
	CRAN      Scheme = "cran"      // R's package_version
	Hackage   Scheme = "hackage"   // Haskell's Data.Version
	Maven     Scheme = "maven"     // Maven's ComparableVersion
	NuGet     Scheme = "nuget"     // SemVer 2.0 with a fourth number
	Opam      Scheme = "opam"      // Debian's order with opam's own tilde rule
	Packagist Scheme = "packagist" // PHP's version_compare, as Composer normalises
	Pub       Scheme = "pub"       // SemVer 2.0 with ordered build metadata
	PyPI      Scheme = "pypi"      // PEP 440
	RubyGems  Scheme = "rubygems"  // Gem::Version
)

// ErrInvalid says that a text is not a version of the scheme. The error that
// wraps it quotes the text, shortened where it is long.
var ErrInvalid = errors.New("not a version")

// ErrScheme says that a scheme has no order here: nothing may be guessed.
var ErrScheme = errors.New("no order for this version scheme")

// Compare gives -1 where a stands before b, 0 where they are equal in rank and
// 1 where a stands after b. The error wraps [ErrInvalid] or [ErrScheme], and
// the number then means nothing. It is safe for concurrent use.
func (s Scheme) Compare(a, b string) (int, error) {
	switch s {
	case Dpkg:
		return compare(a, b, parseDpkg, dpkgVersion.compare)
	case RPM:
		return compare(a, b, parseRPM, rpmVersion.compare)
	case APK:
		return compareAPK(a, b)
	case SemVer:
		return compare(a, b, parseSemVer, semVersion.compare)
	default:
		return 0, fmt.Errorf("%w: %q", ErrScheme, string(s))
	}
}

// Check gives nil where v is a version of the scheme, else an error that wraps
// [ErrInvalid] or [ErrScheme].
func (s Scheme) Check(v string) error {
	_, err := s.Compare(v, v)
	return err
}

// compare parses both texts and orders what they say.
func compare[V any](a, b string, parse func(string) (V, error), order func(x, y V) int) (int, error) {
	x, err := parse(a)
	if err != nil {
		return 0, err
	}
	y, err := parse(b)
	if err != nil {
		return 0, err
	}
	return order(x, y), nil
}

// maxQuoted is how many bytes of a text that is not a version an error shows.
const maxQuoted = 64

// invalid makes the error for a text that is not a version.
func invalid(s Scheme, text, reason string) error {
	rest := ""
	if len(text) > maxQuoted {
		rest = fmt.Sprintf("... (%d bytes)", len(text))
		text = text[:maxQuoted]
	}
	return fmt.Errorf("%w of %s: %q%s: %s", ErrInvalid, string(s), text, rest, reason)
}
