package host

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// Errors of the file systems of [Live] and [Mounted], wrapped in an
// *fs.PathError.
var (
	// ErrNotRegular says that a path is neither a regular file nor a directory
	// (a FIFO, a device, a socket) and is not opened.
	ErrNotRegular = read.ErrNotRegular
	// ErrTooManyLinks says that a path leads through more symbolic links than a
	// system follows, as a loop of them does.
	ErrTooManyLinks = errors.New("too many levels of symbolic links")
	// ErrPathTooLong says that a path, or what its symbolic links make of it,
	// has too many bytes or components.
	ErrPathTooLong = errors.New("path too long")
	// ErrOtherVolume says that a symbolic link leads to a volume (a Windows
	// drive) that is not the root's.
	ErrOtherVolume = errors.New("link to another volume")
	// ErrTooManyEntries says that a directory has more entries than the limit.
	ErrTooManyEntries = errors.New("too many directory entries")
)

// rootFS is a directory as a file system of its own, with the rules of
// chroot(2) for symbolic links. It is safe for concurrent use.
//
// It decides where a path leads (see walk); os.Root sees to it that the answer
// holds. An attacker who exchanges a directory for a link between the decision
// and the opening gets another file of the same root, or an error.
type rootFS struct {
	root       *os.Root
	maxEntries int // of one directory

	mu   sync.Mutex
	subs []*os.Root // directories that Sub keeps open
}

var (
	_ fs.StatFS     = (*rootFS)(nil)
	_ fs.ReadDirFS  = (*rootFS)(nil)
	_ fs.ReadLinkFS = (*rootFS)(nil)
)

func openRoot(dir string, maxEntries int) (*rootFS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &rootFS{root: root, maxEntries: maxEntries}, nil
}

// Close releases the root. Files that are open stay so.
func (r *rootFS) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.root.Close()
	for _, sub := range r.subs {
		err = errors.Join(err, sub.Close())
	}
	r.subs = nil
	return err
}

// Open opens a regular file or a directory. It never blocks on a FIFO.
func (r *rootFS) Open(name string) (fs.File, error) {
	f, err := r.open(name)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	return f, nil
}

func (r *rootFS) open(name string) (fs.File, error) {
	resolved, info, err := r.resolve(name)
	if err != nil {
		return nil, err
	}
	// Opening a device can do things (rewind a tape), so it is not tried.
	if !openable(info.Mode()) {
		return nil, ErrNotRegular
	}
	local, err := filepath.Localize(resolved)
	if err != nil {
		return nil, err
	}
	// Another file may be there by now: do not wait for the writer of a FIFO.
	f, err := r.root.OpenFile(local, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err = f.Stat()
	if err == nil && !openable(info.Mode()) {
		err = ErrNotRegular
	}
	if err != nil {
		_ = f.Close() // the first error says more
		return nil, err
	}
	opened := file{f: f, name: name}
	if info.IsDir() {
		return &dir{file: opened, fsys: r, resolved: resolved}, nil
	}
	return &regular{opened}, nil
}

func openable(m fs.FileMode) bool { return m.IsRegular() || m.IsDir() }

// Stat describes what a path leads to, which need not be openable.
func (r *rootFS) Stat(name string) (fs.FileInfo, error) {
	_, info, err := r.resolve(name)
	if err != nil {
		return nil, pathError("stat", name, err)
	}
	return named{info, path.Base(name)}, nil
}

// Lstat describes a path itself, where it is a symbolic link the link.
func (r *rootFS) Lstat(name string) (fs.FileInfo, error) {
	link, err := r.resolveParent(name)
	if err != nil {
		return nil, pathError("lstat", name, err)
	}
	info, err := r.lstat(link)
	if err != nil {
		return nil, pathError("lstat", name, err)
	}
	return named{info, path.Base(name)}, nil
}

// ReadLink gives the target of a symbolic link, unresolved.
func (r *rootFS) ReadLink(name string) (string, error) {
	link, err := r.resolveParent(name)
	if err != nil {
		return "", pathError("readlink", name, err)
	}
	target, err := r.readlink(link)
	if err != nil {
		return "", pathError("readlink", name, err)
	}
	return target, nil
}

// ReadDir lists a directory, sorted by name. A directory with too many entries
// gives the first ones found and [ErrTooManyEntries].
func (r *rootFS) ReadDir(name string) ([]fs.DirEntry, error) {
	f, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	d, ok := f.(*dir)
	if !ok {
		return nil, errors.Join(pathError("readdir", name, errNotDir), f.Close())
	}
	entries, err := d.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, errors.Join(err, f.Close())
}

var errNotDir = errors.New("not a directory")

// pathError names the path as it was asked for: below the root, before links.
// The paths of os and of os.Root are the scanning machine's.
func pathError(op, name string, err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

func tooManyEntries(limit int) error {
	return fmt.Errorf("%w: over %d", ErrTooManyEntries, limit)
}
