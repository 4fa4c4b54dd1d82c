import { runSteps } from './steps/run.ts';
import { staticSteps } from './steps/static.ts';

process.exitCode = await runSteps(staticSteps);
