const attempt = Number(process.env.STP_CURRENT_ATTEMPT);
console.log(`attempt ${attempt} of ${process.env.STP_MAXIMUM_ATTEMPTS}`);
if (attempt < 3) {
  console.error('the other side does not answer');
  // EX_TEMPFAIL: worth another try
  process.exit(75);
}
console.log('imported 1,204 rows');
