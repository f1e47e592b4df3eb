package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"

	"dragoman/configs"
)

// version of the next release.
const version = "0.1.0"

// commandLine is every command and flag. --config and --data stand before a
// command or after it.
type commandLine struct {
	Config string `help:"Configuration file." type:"path" placeholder:"FILE" env:"DRAGOMAN_CONFIG"`
	Data   string `help:"Data folder; dragoman-data if none is named." type:"path" default:"dragoman-data" placeholder:"DIR" env:"DRAGOMAN_DATA"`

	Serve   serveCmd   `cmd:"" help:"Run the gateway until it is told to stop."`
	Version versionCmd `cmd:"" help:"Print the version."`
	Health  healthCmd  `cmd:"" help:"Ask the running server whether it is ready."`
	Doctor  doctorCmd  `cmd:"" help:"Look at configuration, folder, disk, clock, ports and certificate, and send messages through all three protocols."`
	Backup  backupCmd  `cmd:"" help:"Copy the data folder, under a running server too. What it makes is a data folder to serve from."`
	User    struct {
		Add     userAddCmd     `cmd:"" help:"Make an account."`
		List    userListCmd    `cmd:"" help:"Print the names of all accounts, one a line."`
		Passwd  userPasswdCmd  `cmd:"" help:"Set an account's password. Its sessions and tokens end."`
		Disable userDisableCmd `cmd:"" help:"Forbid an account to log in. Its sessions and tokens end."`
		Enable  userEnableCmd  `cmd:"" help:"Allow a disabled account to log in again."`
		Delete  userDeleteCmd  `cmd:"" help:"Delete an account. Its name stays taken, its messages stay."`
	} `cmd:"" help:"People."`
	Token struct {
		ZIM   tokenZIMCmd   `cmd:"" name:"zim" help:"Print a token04 with which NAME logs in by ZIM."`
		WebIM tokenWebIMCmd `cmd:"" name:"webim" help:"Print an access token with which NAME logs in by WebIM."`
	} `cmd:"" help:"Login tokens."`
	Secret struct {
		ZIM           secretZIMCmd           `cmd:"" name:"zim" help:"Print the ServerSecret that signs ZIM tokens and server calls."`
		WebIMCallback secretWebIMCallbackCmd `cmd:"" name:"webim-callback" help:"Print the secret that signs WebIM's calls to the app's server."`
		ZIMCallback   secretZIMCallbackCmd   `cmd:"" name:"zim-callback" help:"Print the secret that signs calls to the app's server."`
		WebIM         secretWebIMCmd         `cmd:"" name:"webim" help:"Print client id and client secret of the app's server, on one line."`
	} `cmd:"" help:"Secrets of the app's server."`
	Callbacks struct {
		List   callbacksListCmd   `cmd:"" help:"Print the calls to the app's server that were put aside: id, event, what went wrong."`
		Replay callbacksReplayCmd `cmd:"" help:"Put calls back in line, all where none is named, and print how many."`
		Drop   callbacksDropCmd   `cmd:"" help:"Forget calls that were put aside, all where none is named, and print how many."`
	} `cmd:"" help:"Calls to the app's server that failed."`
	Admin struct {
		Token adminTokenCmd `cmd:"" help:"Print a token with which an operator logs in to the console on the admin address."`
	} `cmd:"" help:"The console."`
	Completion completionCmd `cmd:"" help:"Print what makes a shell complete these commands."`
	Complete   completeCmd   `cmd:"" hidden:""`

	Configuration struct {
		Print configPrintCmd `cmd:"" help:"Print the configuration in force."`
		Check configCheckCmd `cmd:"" help:"Check the configuration."`
	} `cmd:"" name:"config" help:"Configuration."`
}

// invocation is what a command is given.
type invocation struct {
	ctx     context.Context // ends with the signal to stop
	grammar *kong.Node      // what a command line may say
	data    string
	file    string
	env     []string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
}

func main() { os.Exit(mainExit()) }

func mainExit() int {
	syscall.Umask(0o077) // what the data folder holds is nobody else's business
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	return run(invocation{ctx: ctx, env: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}, os.Args[1:])
}

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// run carries out one command line and returns the exit code.
func run(inv invocation, args []string) int {
	var line commandLine
	done := -1 // set where the parser has answered by itself: --help
	parser, err := kong.New(&line, kong.Name("dragoman"), kong.Description("A chat gateway between WebIM, ZIM and XMPP."),
		kong.Writers(inv.stdout, inv.stderr), kong.Exit(func(code int) { done = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		_, _ = fmt.Fprintln(inv.stderr, "dragoman:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if done >= 0 {
		return done
	}
	if err != nil {
		_, _ = fmt.Fprintf(inv.stderr, "dragoman: %v\nTry dragoman --help.\n", err)
		return exitUsage
	}
	inv.data, inv.file, inv.grammar = line.Data, line.Config, parser.Model.Node
	if err := parsed.Run(&inv); err != nil {
		_, _ = fmt.Fprintln(inv.stderr, "dragoman:", explain(err))
		return exitFailed
	}
	return exitOK
}

// load reads the configuration: the file that was named, or dragoman.yaml of the
// working directory, if there is one.
func (inv *invocation) load(flags map[string]string) (*configs.Config, error) {
	file := inv.file
	if file == "" {
		if _, err := os.Stat(defaultFile); err == nil {
			file = defaultFile
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	return configs.Load(configs.Source{Parts: parts(), File: file, Env: inv.env, Flags: flags})
}

// defaultFile is read if it stands in the working directory and no other is named.
const defaultFile = "dragoman.yaml"

// logger returns the log that the configuration asks for.
func (inv *invocation) logger(c configs.Log) (zerolog.Logger, error) {
	level, err := zerolog.ParseLevel(c.Level)
	if err != nil {
		return zerolog.Nop(), err
	}
	out := inv.stderr
	if c.Format == "console" || c.Format == "auto" && isTerminal(out) {
		out = zerolog.ConsoleWriter{Out: out, TimeFormat: "15:04:05"}
	}
	return zerolog.New(zerolog.SyncWriter(out)).Level(level).With().Timestamp().Logger(), nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

type versionCmd struct{}

func (versionCmd) Run(inv *invocation) error {
	_, err := fmt.Fprintf(inv.stdout, "dragoman %s %s\n", versionText(), runtime.Version())
	return err
}

// versionText is the version, and what it was built from where that is known.
func versionText() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = "+" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ".changed"
		}
	}
	return version + revision + changed
}

type configPrintCmd struct{}

func (configPrintCmd) Run(inv *invocation) error {
	c, err := inv.load(nil)
	if err != nil {
		return err
	}
	text, err := c.YAML()
	if err != nil {
		return err
	}
	_, err = inv.stdout.Write(text)
	return err
}

type configCheckCmd struct{}

// Run builds the whole gateway in memory: only a front-end knows what its own
// section may say.
func (configCheckCmd) Run(inv *invocation) error {
	c, err := inv.load(nil)
	if err != nil {
		return err
	}
	return check(inv.ctx, c)
}
