package osvdb

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// replace writes a file beside dst and, when it is whole and on the disk,
// renames it to dst. It gives the file's size. Where it fails to, dst is as
// before and nothing is left.
func replace(dst string, write func(io.WriteSeeker) error) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(dst), "."+filepath.Base(dst)+".*.tmp")
	if err != nil {
		return 0, err
	}
	size, err = fill(f, write)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), dst)
	}
	if err != nil {
		return 0, errors.Join(err, os.Remove(f.Name()))
	}
	syncFolder(filepath.Dir(dst))
	return size, nil
}

// fill writes the file to the disk. It is no secret: all may read it.
func fill(f *os.File, write func(io.WriteSeeker) error) (size int64, err error) {
	if err := write(f); err != nil {
		return 0, err
	}
	if err := f.Chmod(0o644); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), f.Sync()
}

// syncFolder makes the new name last through a power cut, where the system can
// do that for a folder. Where it cannot, the old or the new file is there after
// the cut, and either is whole: no failure to report.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
