// Command ferretdb serves FerretDB v1 on SQLite at a loopback address, for the lab only.
package main

import (
	"context"
	"flag"
	"log"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:27017", "where to listen")
	dir := flag.String("dir", ".", "existing folder for the SQLite files")
	flag.Parse()

	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: *addr},
		Handler:  "sqlite",
		// FerretDB wants a trailing slash: one SQLite file for each database goes into this folder.
		SQLiteURL: "file:" + filepath.ToSlash(*dir) + "/",
	})
	if err != nil {
		log.Fatal(err)
	}

	if err := server.Run(ended); err != nil {
		log.Fatal(err)
	}
}
