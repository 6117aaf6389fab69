/** Errors of the calls on ports, and on handles of anything. */
import {
  call,
  Errno,
  exit,
  fork,
  gotHandle,
  handleClose,
  handleRevoke,
  memoryCreate,
  passHandle,
  portCreate,
  portName,
  portOpen,
  receive,
  reply,
  replyReceive,
  Right,
  setWord,
  wait,
  word,
  yieldNow,
} from "nitros";
import { expect, failureCount, refused } from "./refused";

const PAGE: u64 = 4096;
const FREE_NUMBER: u64 = 50;
const NAME = portName("ports");
const MANY_WORDS: u32 = 62;
const MOST_HANDLES: u64 = 60;

/** It has all rights, and is found by NAME. */
let port: u64 = 0;

export function main(): i32 {
  port = <u64>portCreate(NAME);
  ofNumbers();
  ofNames();
  ofRights();
  ofPassing();
  ofReplies();
  ofEnds();
  ofRevocation();
  whenAllWait();
  withManyHandles();
  return failureCount();
}

function ofNumbers(): void {
  const memory = <u64>memoryCreate(PAGE);
  noPort(0);
  noPort(FREE_NUMBER);
  noPort(MOST_HANDLES + 1);
  noPort(1 << 63);
  noPort(memory);
  refused("handle_close", Errno.EBADF, "no handle", handleClose(FREE_NUMBER));
  refused("handle_revoke", Errno.EBADF, "no handle", handleRevoke(FREE_NUMBER));
  expect("memory closes", handleClose(memory), 0);
  refused("call", Errno.EINVAL, "more than 61 words", call(port, MANY_WORDS));
  refused("reply", Errno.EINVAL, "more than 61 words", reply(MANY_WORDS));
  refused("reply_receive", Errno.EINVAL, "more than 61 words", replyReceive(port, MANY_WORDS));
  refused("reply", Errno.ENOENT, "nobody waits for a reply", reply(0));
  refused("reply_receive", Errno.ENOENT, "nobody waits for a reply", replyReceive(port, 0));
}

function noPort(number: u64): void {
  refused("call", Errno.EBADF, "no handle of a port", call(number, 0));
  refused("receive", Errno.EBADF, "no handle of a port", receive(number));
  refused("reply_receive", Errno.EBADF, "no handle of a port", replyReceive(number, 0));
}

function ofNames(): void {
  refused("port_create", Errno.EEXIST, "there is a port of that name", portCreate(NAME));
  refused("port_open", Errno.EINVAL, "no name", portOpen(0));
  refused("port_open", Errno.ENOENT, "there is none, and all tasks wait", portOpen(portName("nobody's")));
}

/** What is opened by a name may only send; what is passed on with fewer rights may not even do that. */
function ofRights(): void {
  const opened = <u64>portOpen(NAME);
  refused("receive", Errno.EACCES, "no right to receive", receive(opened));
  refused("reply_receive", Errno.EACCES, "no right to receive", replyReceive(opened, 0));
  const child = fork();
  if (child == 0) {
    expect("a message", receive(port), 0);
    const other = gotHandle();
    refused("call", Errno.EACCES, "no right to send", call(other, 0));
    passHandle(other, Right.RECEIVE);
    refused("reply", Errno.EACCES, "no right to pass that handle on", reply(0));
    refused("reply_receive", Errno.EACCES, "no right to pass that handle on", replyReceive(port, 0));
    passHandle(0, 0);
    expect("the caller still waits", reply(0), 0);
    const askee = <u64>portOpen(NAME);
    passHandle(other, Right.RECEIVE);
    refused("call", Errno.EACCES, "no right to pass that handle on", call(askee, 0));
    passHandle(0, 0);
    exit(0);
  }
  const other = <u64>portCreate(0);
  passHandle(other, Right.RECEIVE);
  expect("it is passed on", call(opened, 0), 0);
  answerLast(child);
  expect("the other closes", handleClose(other), 0);
  expect("the opened one closes", handleClose(opened), 0);
}

/** Receives what cannot be delivered, until the child has ended: then all wait. */
function answerLast(child: i64): void {
  expect("no message", receive(port), Errno.EDEADLK);
  expect("the child", wait(0), child);
}

/** What a caller passes on, and what a server does. */
function ofPassing(): void {
  const child = fork();
  if (child == 0) {
    expect("what was not refused", receive(port), 1);
    passAway("reply");
    passAway("reply_receive");
    passHandle(0, 0);
    exit(<i32>reply(0));
  }
  const memory = <u64>memoryCreate(PAGE);
  passHandle(FREE_NUMBER, Right.RECEIVE);
  refused("call", Errno.EBADF, "no handle to pass on", call(port, 1));
  passHandle(memory, Right.RECEIVE | 8);
  refused("call", Errno.EACCES, "not with those rights", call(port, 1));
  passHandle(0, 0);
  expect("nothing is passed", call(port, 1), 0);
  expect("the child", wait(0), child);
  expect("memory closes", handleClose(memory), 0);
}

function passAway(name: string): void {
  const opened = <u64>portOpen(NAME);
  passHandle(FREE_NUMBER, Right.SEND);
  refused(name, Errno.EBADF, "no handle to pass on", answerBy(name));
  passHandle(opened, Right.SEND | Right.RECEIVE);
  refused(name, Errno.EACCES, "not with those rights", answerBy(name));
  expect("the opened one closes", handleClose(opened), 0);
}

function answerBy(name: string): i64 {
  return name == "reply" ? reply(0) : replyReceive(port, 0);
}

/** Whoever waits for a reply still does after a wrong one. */
function ofReplies(): void {
  const child = fork();
  if (child == 0) {
    expect("a message", receive(port), 1);
    setWord(0, 5);
    refused("reply", Errno.EINVAL, "more than 61 words", reply(MANY_WORDS));
    refused("reply_receive", Errno.EINVAL, "more than 61 words", replyReceive(port, MANY_WORDS));
    refused("reply_receive", Errno.EBADF, "no handle of a port", replyReceive(FREE_NUMBER, 1));
    exit(<i32>reply(1));
  }
  expect("a reply", call(port, 1), 1);
  expect("the right one", word(0), 5);
  expect("the child", wait(0), child);
}

/** Who ends, or goes on, without a reply; and a port where nobody can receive. */
function ofEnds(): void {
  const silent = fork();
  if (silent == 0) {
    receive(port);
    exit(0);
  }
  refused("call", Errno.EPIPE, "the receiver has ended", call(port, 0));
  expect("who was silent", wait(0), silent);
  const forgetful = fork();
  if (forgetful == 0) {
    receive(port);
    receive(port);
    exit(<i32>reply(0));
  }
  refused("call", Errno.EPIPE, "the receiver goes on without a reply", call(port, 0));
  expect("but with the next one", call(port, 0), 0);
  expect("who forgot", wait(0), forgetful);
  const left = portName("left");
  const mine = <u64>portCreate(left);
  const opened = <u64>portOpen(left);
  expect("it closes", handleClose(mine), 0);
  refused("call", Errno.EPIPE, "nobody can receive", call(opened, 0));
  expect("what was opened closes", handleClose(opened), 0);
}

/** Children wait with handles that are taken from them. */
function ofRevocation(): void {
  const other = <u64>portCreate(0);
  const sender = fork();
  if (sender == 0) {
    refused("call", Errno.EBADF, "the handle was revoked meanwhile", call(other, 0));
    exit(0);
  }
  takeBack(other, sender);
  const receiver = fork();
  if (receiver == 0) {
    refused("receive", Errno.EBADF, "it was revoked meanwhile", receive(other));
    exit(0);
  }
  takeBack(other, receiver);
  const server = fork();
  if (server == 0) {
    receive(port);
    refused("reply_receive", Errno.EBADF, "it was revoked meanwhile", replyReceive(other, 0));
    exit(0);
  }
  expect("it has replied", call(port, 0), 0);
  takeBack(other, server);
  expect("the handle is still there", handleClose(other), 0);
}

function takeBack(handle: u64, child: i64): void {
  for (let turn = 0; turn < 32; turn++) yieldNow();
  expect("taken back", handleRevoke(handle), 0);
  expect("who waited with it", wait(0), child);
}

function whenAllWait(): void {
  refused("receive", Errno.EDEADLK, "all tasks wait", receive(port));
  refused("call", Errno.EDEADLK, "all tasks wait", call(port, 0));
  const child = fork();
  if (child == 0) {
    expect("a message", receive(port), 0);
    refused("reply_receive", Errno.EDEADLK, "all tasks wait", replyReceive(port, 0));
    exit(0);
  }
  expect("a reply", call(port, 0), 0);
  expect("the child", wait(0), child);
}

/** As many handles as there is room for, here, and where one is sent to. */
function withManyHandles(): void {
  const receiver = fork();
  if (receiver == 0) receiveWithAll();
  passHandle(port, Right.SEND);
  refused("call", Errno.ENOMEM, "the receiver has 60 handles", call(port, 1));
  passHandle(0, 0);
  expect("without one it goes", call(port, 0), 0);
  expect("the receiver", wait(0), receiver);
  const server = fork();
  if (server == 0) replyToAll();
  fillHandles();
  expect("a reply without one", call(port, 0), 0);
  expect("the server", wait(0), server);
  const full = "the task has 60 handles";
  refused("port_create", Errno.ENOMEM, full, portCreate(0));
  refused("port_create", Errno.ENOMEM, full, portCreate(portName("another")));
  refused("port_open", Errno.ENOMEM, full, portOpen(NAME));
}

/** Does not return. */
function receiveWithAll(): void {
  fillHandles();
  expect("only what brings none", receive(port), 0);
  exit(<i32>reply(0));
}

/** Does not return. */
function replyToAll(): void {
  expect("a message", receive(port), 0);
  passHandle(port, Right.SEND);
  refused("reply", Errno.ENOMEM, "the caller has 60 handles", reply(0));
  refused("reply_receive", Errno.ENOMEM, "the caller has 60 handles", replyReceive(port, 0));
  passHandle(0, 0);
  exit(<i32>reply(0));
}

function fillHandles(): void {
  while (portCreate(0) > 0) continue;
}
