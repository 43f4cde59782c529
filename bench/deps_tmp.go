package bench

import (
	_ "github.com/BurntSushi/toml"
	_ "github.com/klauspost/cpuid/v2"
	_ "github.com/minio/highwayhash"
	_ "github.com/pkg/profile"
	_ "github.com/schollz/progressbar/v3"
	_ "golang.org/x/image/font/basicfont"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/term"
	_ "gonum.org/v1/plot"
	_ "gonum.org/v1/plot/plotter"
	_ "gonum.org/v1/plot/vg/vgimg"
	_ "gonum.org/v1/plot/vg/vgsvg"
	_ "pgregory.net/rapid"
)
