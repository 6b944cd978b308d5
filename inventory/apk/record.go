package apk

import (
	"errors"
	"fmt"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
)

// maxField is the length up to which a field is believed, in bytes. The
// longest in use, the maintainer, has some hundred.
const maxField = 1 << 10

// record is one package while its lines are read.
type record struct {
	line       int // where it begins, counted from 1; 0: it has not begun
	name       string
	version    string
	arch       string
	origin     string
	maintainer string
	broken     string // "f": not all its files could be written; and others
}

// field gives where a field's value is kept, nil for those that are not.
func (r *record) field(letter byte) *string {
	switch letter {
	case 'P':
		return &r.name
	case 'V':
		return &r.version
	case 'A':
		return &r.arch
	case 'o':
		return &r.origin
	case 'm':
		return &r.maintainer
	case 'f':
		return &r.broken
	}
	return nil
}

// virtual says whether the package is a name for a set of others.
func (r *record) virtual() bool { return strings.HasPrefix(r.name, ".") }

// check says why the record is not a package.
func (r *record) check() error {
	switch {
	case r.name == "":
		return errors.New("no name (P)")
	case !isToken(r.name) || r.name[0] == '-':
		return fmt.Errorf("%.40q is not a package name", r.name)
	case r.version == "":
		return errors.New("no version (V)")
	case !isToken(r.version):
		return fmt.Errorf("%.40q is not a version", r.version)
	}
	return nil
}

// doubts says what is wrong with a record that is a package.
func (r *record) doubts() []error {
	var errs []error
	if strings.Contains(r.broken, "f") {
		errs = append(errs, errors.New("marked as broken (f:f): not all its files could be written"))
	}
	if !isToken(r.origin) {
		errs = append(errs, fmt.Errorf("%.40q is not an origin", r.origin))
	}
	if !isToken(r.arch) {
		errs = append(errs, fmt.Errorf("%.40q is not an architecture", r.arch))
	}
	return errs
}

// pack makes the package of a record that has passed check. What is in doubt
// is left empty: unknown.
func (r *record) pack(location []string) inventory.Package {
	p := inventory.Package{
		Type: "apk", Name: r.name, Version: r.version, Vendor: r.maintainer, Locations: location,
	}
	if isToken(r.arch) {
		p.Arch = r.arch
	}
	if r.origin != "" && isToken(r.origin) {
		p.Source, p.SourceVersion = r.origin, r.version
	}
	return p
}

// isToken says whether s has nothing but the letters, digits and signs that
// names, versions and architectures of apk are made of. An empty text is one.
func isToken(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("._+-~", c) >= 0:
		default:
			return false
		}
	}
	return true
}
