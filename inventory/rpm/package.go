package rpm

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/header"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

// keyName is the name under which rpm stores public keys beside packages.
const keyName = "gpg-pubkey"

// none is how rpm writes a value that is not there.
const none = "(none)"

// header takes one header. Its error says why it is not a package.
func (c *collector) header(blob store.Blob) error {
	h, err := header.Parse(blob.Data)
	if err != nil {
		return err
	}
	r := &reader{c: c, h: h}
	name := r.text(header.Name)
	if name == keyName && r.required == nil {
		c.keys++
		return nil
	}
	p := inventory.Package{
		Backend:     Backend{}.Name(),
		Type:        "rpm",
		Name:        name,
		Version:     r.version(),
		Arch:        r.shared(header.Arch),
		Vendor:      r.shared(header.Vendor),
		Module:      r.shared(header.ModularityLabel),
		InstalledAt: r.time(header.InstallTime),
		Locations:   []string{c.path},
	}
	p.Source, p.SourceVersion = r.source()
	if r.required != nil {
		return inventory.Problem{Package: name, Err: r.required}
	}
	if c.size > maxTexts {
		return fmt.Errorf("%w: more than %d bytes of text", errLimit, maxTexts)
	}
	c.result.Packages = append(c.result.Packages, p)
	for _, err := range r.optional {
		c.problem(c.path, blob.Record.String(), inventory.Problem{Package: name, Err: err})
	}
	return nil
}

// reader takes the values of one header and remembers what was wrong.
type reader struct {
	c        *collector
	h        header.Header
	required error   // without this value there is no package
	optional []error // the package stands without these values
}

// text gives a text that every package must have.
func (r *reader) text(tag header.Tag) string {
	b, err := r.h.String(tag)
	if errors.Is(err, header.ErrAbsent) || err == nil && (len(b) == 0 || string(b) == none) {
		err = fmt.Errorf("%v: %w", tag, header.ErrAbsent)
	}
	if err == nil && len(b) > maxText {
		err = fmt.Errorf("%v: %w", tag, errLongText)
	}
	if err != nil {
		r.required = errors.Join(r.required, err)
		return ""
	}
	r.c.size += len(b)
	return r.clean(tag, string(b))
}

// shared gives a text that a package may have, and that is likely to be the same
// for many.
func (r *reader) shared(tag header.Tag) string {
	b, err := r.h.String(tag)
	if errors.Is(err, header.ErrAbsent) || err == nil && string(b) == none {
		return ""
	}
	if err == nil && len(b) > maxText {
		err = fmt.Errorf("%v: %w", tag, errLongText)
	}
	if err != nil {
		r.optional = append(r.optional, err)
		return ""
	}
	s, ok := r.c.texts[string(b)]
	if !ok {
		s = string(b)
		r.c.size += len(b)
		r.c.texts[s] = s
	}
	return r.clean(tag, s)
}

var errLongText = fmt.Errorf("text longer than %d bytes", maxText)

// clean replaces what is not printable: bad encoding, control characters, marks
// that change the direction of text. That such text was there at all is a
// problem: it can make one package look like another.
func (r *reader) clean(tag header.Tag, s string) string {
	bad := func(c rune) bool { return c == utf8.RuneError || !unicode.IsPrint(c) }
	if strings.IndexFunc(s, bad) < 0 {
		return s
	}
	r.optional = append(r.optional, fmt.Errorf("%v is not printable UTF-8: %q", tag, s))
	return strings.Map(func(c rune) rune {
		if bad(c) {
			return utf8.RuneError
		}
		return c
	}, s)
}

// version gives [epoch:]version-release, the epoch only where it is not zero.
func (r *reader) version() string {
	v := r.text(header.Version) + "-" + r.text(header.Release)
	epoch, err := r.h.Uint32(header.Epoch)
	switch {
	case errors.Is(err, header.ErrAbsent), err == nil && epoch == 0:
		return v
	case err != nil:
		r.required = errors.Join(r.required, err)
		return v
	}
	return strconv.FormatUint(uint64(epoch), 10) + ":" + v
}

// time gives a time in seconds since 1970, unsigned.
func (r *reader) time(tag header.Tag) time.Time {
	seconds, err := r.h.Uint32(tag)
	switch {
	case errors.Is(err, header.ErrAbsent):
		return time.Time{}
	case err != nil:
		r.optional = append(r.optional, err)
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// source gives the name and version of the source package, from the name of its
// file: name-version-release.src.rpm, or .nosrc.rpm where sources are missing
// from it. Names may have dashes in them, versions and releases not.
func (r *reader) source() (name, version string) {
	file := r.shared(header.SourceRPM)
	if file == "" {
		return "", ""
	}
	nvr, ok := strings.CutSuffix(file, ".src.rpm")
	if !ok {
		nvr, ok = strings.CutSuffix(file, ".nosrc.rpm")
	}
	v := strings.LastIndexByte(nvr[:max(strings.LastIndexByte(nvr, '-'), 0)], '-')
	if !ok || v <= 0 {
		r.optional = append(r.optional, fmt.Errorf("%v is not the name of a source package: %q", header.SourceRPM, file))
		return "", ""
	}
	return nvr[:v], nvr[v+1:]
}
