package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"dragoman/configs"
)

// atRest carries out an order with nobody else in the folder. The sequencer runs
// for it: the end of an account is told to its groups.
func (inv *invocation) atRest(f *folder, cfg *configs.Config, o order) (_ answer, err error) {
	defer f.release()
	if err := f.unannounce(); err != nil { // of a server that was killed
		return answer{}, err
	}
	log, err := inv.logger(configs.Log{Level: "warn", Format: cfg.Log.Format})
	if err != nil {
		return answer{}, err
	}
	c, err := openCore(inv.ctx, f, cfg, log)
	if err != nil {
		return answer{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	ctx, stop := context.WithCancel(context.WithoutCancel(inv.ctx))
	done := make(chan error, 1)
	go func() { done <- c.router.Run(ctx) }()
	a, err := c.obey(inv.ctx, o)
	stop()
	// Few orders need the sequencer; stopped before it has begun it says so.
	if ran := <-done; !errors.Is(ran, context.Canceled) {
		err = errors.Join(err, ran)
	}
	return a, err
}

// do carries out an order and prints its answer.
func (inv *invocation) do(o order) error {
	a, err := inv.command(o)
	if err != nil {
		return err
	}
	return inv.print(a)
}

func (inv *invocation) print(a answer) error {
	for _, line := range a.Lines {
		if _, err := fmt.Fprintln(inv.stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// named is what commands about one account have in common.
type named struct {
	Name string `arg:"" help:"The account's name."`
}

// secretFlag is a password that need not stand on the command line, where other
// users of the machine see it.
type secretFlag struct {
	Password *string `help:"The password. Without it: the first line of standard input." placeholder:"P"`
}

func (s secretFlag) read(inv *invocation) (string, error) {
	if s.Password != nil {
		return *s.Password, nil
	}
	line, err := bufio.NewReader(inv.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("a password is missing: --password, or a line of standard input")
	}
	return line, nil
}

type userAddCmd struct {
	named
	secretFlag
}

func (c userAddCmd) Run(inv *invocation) error {
	password, err := c.read(inv)
	if err != nil {
		return err
	}
	return inv.do(order{Do: "user add", Name: c.Name, Password: password})
}

type userPasswdCmd struct {
	named
	secretFlag
}

func (c userPasswdCmd) Run(inv *invocation) error {
	password, err := c.read(inv)
	if err != nil {
		return err
	}
	return inv.do(order{Do: "user passwd", Name: c.Name, Password: password})
}

type userListCmd struct{}

func (userListCmd) Run(inv *invocation) error {
	o := order{Do: "user list"}
	for {
		page, err := inv.command(o)
		if err != nil {
			return err
		}
		if err := inv.print(page); err != nil || len(page.Lines) < listPage {
			return err
		}
		o.After = page.Lines[len(page.Lines)-1]
	}
}

type userDisableCmd struct{ named }

func (c userDisableCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "user disable", Name: c.Name})
}

type userEnableCmd struct{ named }

func (c userEnableCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "user enable", Name: c.Name})
}

type userDeleteCmd struct{ named }

func (c userDeleteCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "user delete", Name: c.Name})
}

type tokenZIMCmd struct {
	named
	TTL time.Duration `name:"ttl" help:"How long the token is good." default:"24h"`
}

func (c tokenZIMCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "token zim", Name: c.Name, TTL: c.TTL})
}

type tokenWebIMCmd struct {
	named
	TTL time.Duration `name:"ttl" help:"How long the token is good." default:"24h"`
}

func (c tokenWebIMCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "token webim", Name: c.Name, TTL: c.TTL})
}

type secretZIMCmd struct{}

func (secretZIMCmd) Run(inv *invocation) error { return inv.do(order{Do: "secret zim"}) }

type secretWebIMCmd struct{}

func (secretWebIMCmd) Run(inv *invocation) error { return inv.do(order{Do: "secret webim"}) }

type healthCmd struct{}

// Run asks the server of the data folder, for supervisors that have nothing but
// this binary.
func (healthCmd) Run(inv *invocation) error {
	addresses, err := announced(inv.data)
	if err != nil {
		return err
	}
	addr := addresses["admin"]
	if addr == "" {
		return errors.New("no server with an admin listener runs on this data folder")
	}
	return askReady(inv.ctx, addr)
}
