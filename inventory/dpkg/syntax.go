package dpkg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// packageName checks a name as dpkg does on reading, and gives it in lower
// case: dpkg takes "Foo" and "foo" for one package.
func packageName(name string) (string, error) {
	for i, c := range []byte(name) {
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9':
		case i > 0 && strings.IndexByte("-+._", c) >= 0:
		default:
			return "", fmt.Errorf("%.40q is not a package name", name)
		}
	}
	return strings.ToLower(name), nil
}

// architecture checks the name of an architecture. Empty is one: dpkg has
// packages from before there were any.
func architecture(name string) (string, error) {
	for i, c := range []byte(name) {
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', i > 0 && c == '-':
		default:
			return "", fmt.Errorf("%.40q is not an architecture", name)
		}
	}
	return name, nil
}

// version checks [epoch:]upstream[-revision] as dpkg does on reading, which
// warns of odd characters and accepts them, and gives it as dpkg shows it:
// without an epoch of zero. Odd characters do not reach beyond printable ASCII
// here.
func version(v string) (string, error) {
	rest := v
	epoch, upstream, hasEpoch := strings.Cut(v, ":")
	if hasEpoch {
		n, err := strconv.ParseUint(epoch, 10, 64)
		if err != nil || n > math.MaxInt32 {
			return "", fmt.Errorf("version %.40q: %.20q is not an epoch", v, epoch)
		}
		rest = upstream
		v = rest
		if n != 0 {
			v = strconv.FormatUint(n, 10) + ":" + rest
		}
	}
	for _, c := range []byte(rest) {
		if c <= ' ' || c > '~' {
			return "", fmt.Errorf("version %.40q has the byte %#x in it", v, c)
		}
	}
	if i := strings.LastIndexByte(rest, '-'); rest == "" || i == 0 || i == len(rest)-1 {
		return "", fmt.Errorf("version %.40q has an empty part", v)
	}
	return v, nil
}

// source reads the Source field, "name" or "name (version)". The version is
// empty where the field has none.
func source(field string) (name, ver string, err error) {
	name, rest, has := strings.Cut(field, "(")
	if name, err = packageName(strings.TrimRight(name, " \t")); err != nil || name == "" {
		return "", "", fmt.Errorf("%.40q is not a source package", field)
	}
	if !has {
		return name, "", nil
	}
	rest, _, _ = strings.Cut(rest, ")")
	if ver, err = version(strings.TrimSpace(rest)); err != nil {
		return "", "", fmt.Errorf("source package %s: %w", name, err)
	}
	return name, ver, nil
}
