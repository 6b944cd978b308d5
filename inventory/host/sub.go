package host

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Sub gives a directory of the root as a file system: the same files by the
// same rules under shorter names, so that links in it may lead out of it to
// anywhere in the root. The directory is kept open until the root is closed,
// which makes it cheap to describe many files of it: the way to it is walked
// once.
func (r *rootFS) Sub(name string) (fs.FS, error) {
	resolved, _, err := r.resolve(name)
	if err != nil {
		return nil, pathError("sub", name, err)
	}
	local, err := filepath.Localize(resolved)
	if err != nil {
		return nil, pathError("sub", name, err)
	}
	at, err := r.root.OpenRoot(local)
	if err != nil {
		return nil, pathError("sub", name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.subs = append(r.subs, at)
	return &subFS{whole: r, dir: resolved, at: at}, nil
}

// subFS is a directory of a root. It is safe for concurrent use.
type subFS struct {
	whole *rootFS
	dir   string
	at    *os.Root
}

var (
	_ fs.SubFS     = (*rootFS)(nil)
	_ fs.StatFS    = (*subFS)(nil)
	_ fs.ReadDirFS = (*subFS)(nil)
)

// Open opens a regular file or a directory.
func (s *subFS) Open(name string) (fs.File, error) {
	full, err := s.full("open", name)
	if err != nil {
		return nil, err
	}
	return s.whole.Open(full)
}

// ReadDir lists a directory, sorted by name.
func (s *subFS) ReadDir(name string) ([]fs.DirEntry, error) {
	full, err := s.full("readdir", name)
	if err != nil {
		return nil, err
	}
	return s.whole.ReadDir(full)
}

// Stat describes what a path leads to. Most are of a file in the directory
// itself; what is a link, or deeper, is walked to from the root.
func (s *subFS) Stat(name string) (fs.FileInfo, error) {
	full, err := s.full("stat", name)
	if err != nil {
		return nil, err
	}
	local, err := filepath.Localize(name)
	if err == nil && !strings.Contains(name, "/") {
		info, err := s.at.Lstat(local)
		switch {
		case err == nil && info.Mode().Type() != fs.ModeSymlink:
			return named{info, path.Base(name)}, nil
		case errors.Is(err, fs.ErrNotExist):
			return nil, pathError("stat", full, err)
		}
	}
	return s.whole.Stat(full)
}

// full gives the path below the root.
func (s *subFS) full(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", pathError(op, name, fs.ErrInvalid)
	}
	return path.Join(s.dir, name), nil
}
