package host

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// programs are files that nearly every root has one of, and that are of the
// architecture of its packages. The dynamic loaders are for images without a
// shell.
var programs = []string{
	"bin/sh", "usr/bin/env", "bin/busybox", "usr/bin/bash",
	"lib64/ld-linux-x86-64.so.2", "lib/ld-linux-aarch64.so.1", "lib/ld-linux-armhf.so.3", "lib/ld-linux.so.2",
	"lib64/ld64.so.2", "lib/ld64.so.1", "lib/ld-linux-riscv64-lp64d.so.1",
	"lib/ld-musl-x86_64.so.1", "lib/ld-musl-aarch64.so.1",
}

var errNoELF = errors.New("not an ELF file")

// storedArch is the architecture of the first program that tells. A program that
// does not (a script) is only a problem where no other does.
func (g *gatherer) storedArch() string {
	problems := g.problems
	for _, name := range programs {
		arch, err := elfArch(g.fsys, name)
		if err == nil {
			g.problems = problems
			return arch
		}
		if !errors.Is(err, fs.ErrNotExist) {
			g.problem(name, "", err)
		}
	}
	return ""
}

// elfArch reads the architecture of an ELF file from the start of its header:
// its class, byte order and machine (System V ABI, chapter 4).
func elfArch(fsys fs.FS, name string) (arch string, err error) {
	f, _, err := read.Open(fsys, name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var head [20]byte
	n, err := io.ReadFull(f, head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	if n < len(head) || string(head[:4]) != "\x7fELF" {
		return "", errNoELF
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	k := elfKind{machine: order.Uint16(head[18:]), wide: head[4] == 2, big: head[5] == 2}
	if arch, ok := elfArchs[k]; ok {
		return arch, nil
	}
	return "", fmt.Errorf("ELF machine %d is not known", k.machine)
}

type elfKind struct {
	machine   uint16
	wide, big bool // 64 bits, big-endian
}

// elfArchs gives Go's name of an ELF machine.
var elfArchs = map[elfKind]string{
	{3, false, false}:   "386",
	{62, true, false}:   "amd64",
	{62, false, false}:  "amd64", // x32
	{40, false, false}:  "arm",
	{183, true, false}:  "arm64",
	{258, true, false}:  "loong64",
	{8, false, true}:    "mips",
	{8, false, false}:   "mipsle",
	{8, true, true}:     "mips64",
	{8, true, false}:    "mips64le",
	{20, false, true}:   "ppc",
	{21, true, true}:    "ppc64",
	{21, true, false}:   "ppc64le",
	{243, true, false}:  "riscv64",
	{243, false, false}: "riscv",
	{22, false, true}:   "s390",
	{22, true, true}:    "s390x",
	{43, true, true}:    "sparc64",
}

// unameArchs gives Go's name of what uname(2) calls a machine.
var unameArchs = map[string]string{
	"i386": "386", "i486": "386", "i586": "386", "i686": "386",
	"x86_64":   "amd64",
	"armv5tel": "arm", "armv6l": "arm", "armv7l": "arm", "armv8l": "arm",
	"aarch64": "arm64", "loongarch64": "loong64", "mips": "mips", "mips64": "mips64",
	"ppc64": "ppc64", "ppc64le": "ppc64le", "riscv64": "riscv64", "s390x": "s390x",
}
