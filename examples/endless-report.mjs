console.log(`has until ${process.env.STP_DEADLINE}`);
let page = 0;
setInterval(() => console.log(`page ${++page}`), 200);
process.on('SIGTERM', () => {
  console.log(`told to stop: ${page} pages are kept`);
  process.exit(1);
});
