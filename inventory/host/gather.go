package host

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// gatherer collects the facts of one host, and what it could not see.
type gatherer struct {
	fsys     fs.FS
	salt     []byte
	host     inventory.Host
	problems []inventory.Problem
}

// common reads what a root tells whether it runs or not.
func (g *gatherer) common() {
	g.host.OS = g.readOS()
	g.host.ID = g.machineID()
	g.host.Kernel.Installed = g.installedKernels()
}

// stored reads what only the files of a root that does not run can tell.
func (g *gatherer) stored() {
	g.host.Name = g.storedName()
	g.host.Arch = g.storedArch()
}

func (g *gatherer) target(closer func() error) *inventory.Target {
	return &inventory.Target{FS: g.fsys, Host: g.host, Problems: g.problems, Closer: closer}
}

// maxFile is the size that no file of facts comes near.
const maxFile = 256 << 10

// file reads a small file. One that is not there is not a problem and gives
// false; any other failure is a problem and gives false.
func (g *gatherer) file(name string) ([]byte, bool) {
	data, err := read.File(g.fsys, name, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		g.problem(name, "", err)
		return nil, false
	}
	return data, true
}

// exists says whether something is at a path; what cannot be told is a problem.
func (g *gatherer) exists(name string) bool {
	_, err := fs.Stat(g.fsys, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		g.problem(name, "", err)
	}
	return err == nil
}

func (g *gatherer) problem(name, record string, err error) {
	if p, ok := err.(*fs.PathError); ok && p.Path == name { //nolint:errorlint // one inside another error is part of its text
		err = p.Err // the problem names the path itself
	}
	g.problems = append(g.problems, inventory.Problem{Path: name, Record: record, Err: err})
}

// drop takes back the problems of one cause.
func (g *gatherer) drop(cause error) {
	g.problems = slices.DeleteFunc(g.problems, func(p inventory.Problem) bool { return errors.Is(p.Err, cause) })
}

// maxValue is the length in bytes of the longest text that is kept of a value.
const maxValue = 256

var (
	errUnprintable = errors.New("has characters that are not printable; they were replaced")
	errLong        = fmt.Errorf("is longer than %d bytes; it was cut", maxValue)
)

// clean makes a text of the machine safe to show: what is not printable (line
// ends, terminal escapes, marks that turn the writing direction) is replaced,
// what is too long is cut, and what was done is a problem.
func (g *gatherer) clean(name, field, value string) string {
	if len(value) > maxValue {
		g.problem(name, field, errLong)
		value = strings.ToValidUTF8(value[:maxValue], "")
	}
	clean := strings.Map(printable, value)
	if clean != value {
		g.problem(name, field, errUnprintable)
	}
	return clean
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return utf8.RuneError
}

// merge completes the facts that were given with those that were read.
func merge(given, seen inventory.Host) inventory.Host {
	h := given
	h.OS = mergeOS(given.OS, seen.OS)
	fill(&h.ID, seen.ID)
	fill(&h.Name, seen.Name)
	fill(&h.Arch, seen.Arch)
	if h.Kernel.Installed == nil {
		h.Kernel.Installed = seen.Kernel.Installed
	}
	return h
}

func mergeOS(given, seen inventory.OS) inventory.OS {
	if given.ID != "" && given.ID != seen.ID {
		fill(&given.Family, family(given.ID, given.IDLike))
		return given
	}
	fill(&given.ID, seen.ID)
	fill(&given.VersionID, seen.VersionID)
	fill(&given.Version, seen.Version)
	fill(&given.Codename, seen.Codename)
	fill(&given.Family, seen.Family)
	fill(&given.PrettyName, seen.PrettyName)
	fill(&given.CPE, seen.CPE)
	fill(&given.Variant, seen.Variant)
	if given.IDLike == nil {
		given.IDLike = seen.IDLike
	}
	return given
}

func fill(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
