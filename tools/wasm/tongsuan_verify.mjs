// Loads the verifier (tongsuan_verify.wasm) in a browser or in Node, without any package.
//
//   const verifier = await loadVerifier(wasmBytes);
//   const verdict = verifier.verify(marketBytes, certificateBytes);   // both Uint8Array
//   verdict.verified, verdict.fault, verdict.detail, ...
//
// The module touches nothing outside its memory: the few system calls that its C library names are
// answered with "not supported", except for messages of a broken invariant, which are kept.

const NOT_SUPPORTED = 52; // WASI errno ENOSYS

function systemCalls(state) {
  const text = new TextDecoder();
  const calls = {
    // What the C library prints before it traps.
    fd_write(_file, vectors, count, writtenAt) {
      const view = new DataView(state.memory.buffer);
      let written = 0;
      for (let i = 0; i < count; i += 1) {
        const begin = view.getUint32(vectors + 8 * i, true);
        const size = view.getUint32(vectors + 8 * i + 4, true);
        state.message += text.decode(new Uint8Array(state.memory.buffer, begin, size));
        written += size;
      }
      view.setUint32(writtenAt, written, true);
      return 0;
    },
    proc_exit(code) {
      throw new Error(`the verifier stopped with ${code}: ${state.message}`);
    },
  };
  return new Proxy(calls, { get: (known, name) => known[name] ?? (() => NOT_SUPPORTED) });
}

export async function loadVerifier(wasmBytes) {
  const state = { memory: null, message: '' };
  const module = await WebAssembly.compile(wasmBytes);
  const calls = systemCalls(state);
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = calls[name];
  }
  const instance = await WebAssembly.instantiate(module, imports);
  const code = instance.exports;
  state.memory = code.memory;
  code._initialize?.();

  const copyIn = (bytes) => {
    const at = code.tongsuan_alloc(bytes.length) >>> 0;
    if (at === 0) throw new Error('the book is too large for the memory of the browser');
    new Uint8Array(code.memory.buffer).set(bytes, at);
    return at;
  };

  const readString = (at) => {
    const memory = new Uint8Array(code.memory.buffer);
    const end = memory.indexOf(0, at);
    return new TextDecoder().decode(memory.subarray(at, end));
  };

  return {
    verify(marketBytes, certificateBytes) {
      state.message = '';
      const market = copyIn(marketBytes);
      const certificate = copyIn(certificateBytes);
      try {
        const answer = code.tongsuan_verify(
          market, marketBytes.length, certificate, certificateBytes.length);
        return JSON.parse(readString(answer >>> 0));
      } catch (error) {
        throw new Error(`${error.message}${state.message ? `: ${state.message.trim()}` : ''}`);
      } finally {
        code.tongsuan_free(certificate);
        code.tongsuan_free(market);
      }
    },
  };
}
