package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/keeppatched/keeppatched/inventory"
)

// ErrNotRoot says that a directory is not the root of an installed system: it
// has neither a description of one nor any of the usual directories.
var ErrNotRoot = errors.New("not the root of an installed system")

// ErrNoOS says that a root has no description of its operating system, or none
// that names it. It comes as a problem of the target: packages may be found all
// the same, but nobody can tell whose they are.
var ErrNoOS = errors.New("no description of the operating system")

// Option changes how a target is opened.
type Option func(*options)

type options struct {
	salt       []byte
	maxEntries int
}

// WithSalt makes the host's ID depend on a salt as well, so that two
// organisations that see the same machine cannot join their data by it. Without
// a salt the ID is the same for all users of this package.
func WithSalt(salt []byte) Option {
	return func(o *options) { o.salt = salt }
}

// WithMaxEntries limits how many entries of one directory are listed; a larger
// directory gives that many and [ErrTooManyEntries]. The default is 1,000,000.
func WithMaxEntries(n int) Option {
	return func(o *options) { o.maxEntries = n }
}

func apply(opts []Option) options {
	o := options{maxEntries: 1_000_000}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// Live opens the machine this program runs on: "/", on Windows the system
// drive. In a container that is the container. Close the target after use.
func Live(opts ...Option) (*inventory.Target, error) {
	root := "/"
	if runtime.GOOS == "windows" {
		root = systemDrive() + `\`
	}
	return live(root, opts)
}

func live(root string, opts []Option) (*inventory.Target, error) {
	o := apply(opts)
	fsys, err := openRoot(root, o.maxEntries)
	if err != nil {
		return nil, fmt.Errorf("opening this machine: %w", err)
	}
	g := gatherer{fsys: fsys, salt: o.salt}
	g.common()
	g.running()
	return g.target(fsys.Close), nil
}

// Mounted opens a root directory of a system that does not run: a mounted disk,
// an unpacked image, the root of a container. Close the target after use.
//
// A directory that cannot be a root gives [ErrNotRoot]; a root that does not say
// which system it is gives a target with the problem [ErrNoOS].
func Mounted(dir string, opts ...Option) (*inventory.Target, error) {
	o := apply(opts)
	fsys, err := openRoot(dir, o.maxEntries)
	if err != nil {
		return nil, fmt.Errorf("opening the root %q: %w", dir, err)
	}
	g := gatherer{fsys: fsys, salt: o.salt}
	g.common()
	g.stored()
	if g.host.OS.ID == "" && !looksLikeRoot(fsys) {
		return nil, errors.Join(fmt.Errorf("%q is %w", dir, ErrNotRoot), fsys.Close())
	}
	return g.target(fsys.Close), nil
}

// FromFS makes a target of any file system, which has to resolve symbolic links
// itself if it has any. Facts that are given count; those that are zero are read
// from the file system, as [Mounted] does. The operating system is one fact with
// many parts: they are completed from the file system only where that describes
// the system with the ID that is given, or none is given.
//
// Closing the target does nothing: fsys stays the caller's.
func FromFS(fsys fs.FS, facts inventory.Host, opts ...Option) *inventory.Target {
	g := gatherer{fsys: fsys, salt: apply(opts).salt}
	g.common()
	g.stored()
	if facts.OS.ID != "" {
		g.drop(ErrNoOS)
	}
	g.host = merge(facts, g.host)
	return g.target(nil)
}

// looksLikeRoot says whether a root has one of the directories that a system
// has, whichever it is.
func looksLikeRoot(fsys fs.FS) bool {
	for _, dir := range []string{"etc", "usr", "var", "lib", "Windows"} {
		if info, err := fs.Stat(fsys, dir); err == nil && info.IsDir() {
			return true
		}
	}
	return false
}

// systemDrive is the volume Windows runs from.
func systemDrive() string {
	if v := filepath.VolumeName(os.Getenv("SystemRoot")); v != "" {
		return v
	}
	return "C:"
}
