/** Joins the lines of one turn of the event loop into one write: a busy server logs several a turn, and each write is a system call. */
export function batchLines(write: (text: string) => void): (line: string) => void {
  let pending = "";
  return (line) => {
    if (pending === "") {
      setImmediate(() => {
        const text = pending;
        pending = "";
        write(text);
      });
    }
    pending += line;
  };
}
