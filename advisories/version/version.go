// Package version orders versions, one scheme a file.
package version

import "errors"

// Scheme is a way to order versions, named after the tool that defines it.
type Scheme string

// The schemes.
const (
	Dpkg   Scheme = "dpkg"
	RPM    Scheme = "rpm"
	APK    Scheme = "apk"
	SemVer Scheme = "semver"
)

// ErrInvalid says that a text is not a version of the scheme.
var ErrInvalid = errors.New("not a version")

// ErrScheme says that a scheme has no order here: nothing may be guessed.
var ErrScheme = errors.New("unknown version scheme")

// Compare gives -1 where a stands before b, 0 where they are equal in rank and
// 1 where a stands after b.
func (s Scheme) Compare(a, b string) (int, error) { return 0, ErrScheme }

// Check gives nil where v is a version of the scheme.
func (s Scheme) Check(v string) error { return ErrScheme }
