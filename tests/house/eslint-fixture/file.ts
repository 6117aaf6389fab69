// Stands for the code of each case of eslint-rules.test.ts, which needs a file that the project has.
