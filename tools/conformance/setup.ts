// The first import of the bundle: registers what tfjs-core's specs expect (gradients, chained operators, the backends) and names the
// backend under test before any spec file is evaluated.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
import { configureEngine } from 'common/backend';

const { ATELIER_CONFORMANCE_BACKEND: backend = 'onnx', ATELIER_CONFORMANCE_PROVIDER: provider } = process.env;

// The specs' graphs are a few operators large: threads cost more than they give.
configureEngine({ threads: 1, provider: provider === 'webgpu' || provider === 'cuda' ? provider : 'cpu' });

setTestEnvs([{ name: backend, backendName: backend, flags: {}, isDataSync: true }]);
