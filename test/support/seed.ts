/** With FC_SEED, fast-check makes the same choices each time; without it, others. */
const seed = process.env['FC_SEED'];
if (seed !== undefined && seed !== '') {
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
}

export {};
