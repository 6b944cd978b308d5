package apt

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/keeppatched/keeppatched/inventory/internal/deb822"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// maxRelease is the length in bytes of the longest Release file read. Debian's
// have some 150 kB, nearly all of it hash sums.
const maxRelease = 16 << 20

// release is what an archive's Release file says (the repository format of
// wiki.debian.org/DebianRepository/Format). All fields may be empty.
type release struct {
	path                                       string // empty: the archive has none
	origin, label, suite, codename, version    string
	date, validUntil                           time.Time // UTC
	notAutomatic, butAutomaticUpgrades         bool
	components, architectures, noSupportForAll []string
	data                                       []byte // the file, for its sizes of lists
}

// readRelease reads the Release file of the archive whose lists begin with
// base. It gives a release without path where there is none.
func (c *collection) readRelease(base string) *release {
	for _, suffix := range []string{"InRelease", "Release"} {
		name := listsDir + "/" + base + suffix
		data, err := read.File(c.fsys, name, maxRelease)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var r release
		if err == nil {
			r, err = parseRelease(data)
		}
		if err != nil {
			c.problem(name, "", err)
		}
		r.path = name
		return &r
	}
	return &release{}
}

// parseRelease reads a Release or InRelease file. What it could read is valid
// also with an error.
func parseRelease(data []byte) (release, error) {
	rd := deb822.NewReader(bytes.NewReader(data),
		"Origin", "Label", "Suite", "Codename", "Version", "Date", "Valid-Until", "NotAutomatic",
		"ButAutomaticUpgrades", "Components", "Architectures", "No-Support-for-Architecture-all")
	rd.Signed = true
	if !rd.Next() {
		return release{}, errors.Join(errors.New("a Release file without fields"), rd.Err())
	}
	s := rd.Stanza()
	get := func(field string) string { return string(s.Get(field)) }
	r := release{
		origin: get("Origin"), label: get("Label"), suite: get("Suite"),
		codename: get("Codename"), version: get("Version"),
		notAutomatic:         isTrue(get("NotAutomatic")),
		butAutomaticUpgrades: isTrue(get("ButAutomaticUpgrades")),
		components:           strings.Fields(get("Components")),
		architectures:        strings.Fields(get("Architectures")),
		noSupportForAll:      strings.Fields(get("No-Support-for-Architecture-all")),
		data:                 data,
	}
	errs := []error{rd.Err()}
	for _, f := range s.Faults {
		errs = append(errs, fmt.Errorf("line %d: %w", f.Line, f.Err))
	}
	var err error
	if r.date, err = parseDate(get("Date")); err != nil {
		errs = append(errs, fmt.Errorf("Date: %w", err))
	}
	if text := get("Valid-Until"); text != "" {
		if r.validUntil, err = parseDate(text); err != nil {
			errs = append(errs, fmt.Errorf("Valid-Until: %w", err))
		}
	}
	return r, errors.Join(errs...)
}

// parseDate reads a date as RFC 1123 has it, with UTC under any of its names:
// other zones are not allowed.
func parseDate(text string) (time.Time, error) {
	for _, zone := range []string{" UTC", " GMT", " +0000"} {
		if local, ok := strings.CutSuffix(text, zone); ok {
			return time.Parse("Mon, 2 Jan 2006 15:04:05", local)
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date in UTC", text)
}

// size gives the size in bytes that the Release file states for a file of its
// archive, such as "main/binary-amd64/Packages".
func (r *release) size(file string) (int64, bool) {
	i := bytes.Index(r.data, []byte(" "+file+"\n"))
	if i < 0 {
		return 0, false
	}
	before := bytes.TrimRight(r.data[:i], " ")
	digits := before[bytes.LastIndexByte(before, ' ')+1:]
	n, err := strconv.ParseInt(string(digits), 10, 64)
	return n, err == nil && n >= 0
}

// supports says whether the archive has packages for an architecture, as far as
// it says.
func (r *release) supports(arch string) bool {
	if len(r.architectures) == 0 {
		return true
	}
	for _, a := range r.architectures {
		if a == arch || a == "all" && len(r.noSupportForAll) == 0 {
			return true
		}
	}
	return false
}

// String names the archive the way apt does, "Label:Version/Suite".
func (r *release) String() string {
	s := r.suite
	if r.version != "" && s != "" {
		s = r.version + "/" + s
	}
	if r.label != "" {
		s = r.label + ":" + s
	}
	return s
}
