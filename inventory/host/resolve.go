package host

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// Limits of a path and of what its links make of it. Linux follows 40 links and
// takes 4,096 bytes. The others keep the work for one path small: each step
// costs as many system calls as it is deep.
const (
	maxLinks = 40
	maxPath  = 4096
	maxDepth = 255
	maxSteps = 1024
)

// resolve gives the path that name leads to, and what is there.
func (r *rootFS) resolve(name string) (string, fs.FileInfo, error) {
	if err := validPath(name); err != nil {
		return "", nil, err
	}
	// Most paths have no link that leaves the directory it is in, and os.Root
	// follows those as chroot(2) would. Whatever it refuses is walked.
	info, err := r.lstat(name)
	if err == nil && info.Mode().Type() != fs.ModeSymlink {
		return name, info, nil
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", nil, err // walking would end the same
	}
	resolved, err := r.walk(name)
	if err != nil {
		return "", nil, err
	}
	info, err = r.lstat(resolved)
	return resolved, info, err
}

// resolveParent gives the path of name with the links in its directories
// resolved, and name itself not.
func (r *rootFS) resolveParent(name string) (string, error) {
	if err := validPath(name); err != nil {
		return "", err
	}
	parent, err := r.walk(path.Dir(name))
	if err != nil {
		return "", err
	}
	return path.Join(parent, path.Base(name)), nil
}

func validPath(name string) error {
	if !fs.ValidPath(name) {
		return fs.ErrInvalid
	}
	return short(name)
}

func short(name string) error {
	if len(name) > maxPath || strings.Count(name, "/") >= maxDepth {
		return ErrPathTooLong
	}
	return nil
}

// walk follows a path from the root, component by component, and gives the path
// without links, "." and ".." that it leads to. A component is either "..",
// which at the root stays there, or looked at: a link puts its target in front
// of what is left to walk, and starts again at the root if it is absolute.
func (r *rootFS) walk(name string) (string, error) {
	done, todo := ".", name
	links := 0
	for range maxSteps {
		if todo == "" {
			return done, nil
		}
		part, rest, goesOn := strings.Cut(todo, "/")
		todo = rest
		switch part {
		case "", ".":
			continue
		case "..":
			done = path.Dir(done)
			continue
		}
		next := path.Join(done, part)
		target, err := r.follow(next, goesOn)
		if err != nil {
			return "", err
		}
		if target == "" {
			done = next
			continue
		}
		if links++; links > maxLinks {
			return "", ErrTooManyLinks
		}
		if strings.HasPrefix(target, "/") {
			done = "."
		}
		if goesOn {
			target += "/" + todo
		}
		todo = target
		if len(todo) > maxPath {
			return "", ErrPathTooLong
		}
	}
	return "", ErrPathTooLong
}

// follow gives the target of a link as a slash path, and "" for what is not a
// link. A path that goes on, if only with a slash, needs a directory there.
func (r *rootFS) follow(name string, goesOn bool) (string, error) {
	if err := short(name); err != nil {
		return "", err
	}
	info, err := r.lstat(name)
	if err != nil {
		return "", err
	}
	if info.Mode().Type() != fs.ModeSymlink {
		if goesOn && !info.IsDir() {
			return "", errNotDir
		}
		return "", nil
	}
	target, err := r.readlink(name)
	if err != nil {
		return "", err
	}
	return withoutVolume(filepath.ToSlash(target), r.root.Name())
}

// withoutVolume takes the drive from an absolute Windows link. The root stands
// for its own drive, and a mounted one for C:, which it was when it ran. On
// other systems no path has a volume.
func withoutVolume(target, root string) (string, error) {
	volume := filepath.VolumeName(filepath.FromSlash(target))
	if volume == "" {
		return target, nil
	}
	drive := strings.TrimPrefix(volume, `\\?\`)
	if !strings.EqualFold(drive, "C:") && !strings.EqualFold(drive, filepath.VolumeName(root)) {
		return "", ErrOtherVolume
	}
	return target[len(volume):], nil
}

func (r *rootFS) lstat(name string) (fs.FileInfo, error) {
	local, err := filepath.Localize(name)
	if err != nil {
		return nil, err
	}
	return r.root.Lstat(local)
}

func (r *rootFS) readlink(name string) (string, error) {
	local, err := filepath.Localize(name)
	if err != nil {
		return "", err
	}
	return r.root.Readlink(local)
}
