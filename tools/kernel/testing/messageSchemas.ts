import { z } from 'zod';
import type { Message } from '../client/index.js';

/**
 * The contents of the messages that a kernel sends, as the documentation of Jupyter's messaging protocol (5.4) has them: every field that
 * must be there, with its type. Strict where the protocol is closed.
 */
const mimeBundle = z.record(z.string().regex(/^[\w\-+.]+\/[\w\-+.]+$/), z.unknown());
const metadata = z.record(z.string(), z.unknown());
const ok = z.literal('ok');
const error = z.object({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) });
const failed = error.extend({ status: z.literal('error') });
const aborted = z.object({ status: z.literal('aborted') });
const reply = <S extends z.ZodRawShape>(shape: S) =>
  z.discriminatedUnion('status', [z.object({ status: ok, ...shape }), failed, aborted]);
const displayData = {
  data: mimeBundle,
  metadata,
  transient: z.object({ display_id: z.string().optional() }).optional(),
};
const userExpression = z.union([z.object({ status: ok, data: mimeBundle, metadata }), failed]);

const schemas: Record<string, z.ZodType> = {
  kernel_info_reply: reply({
    protocol_version: z.string().regex(/^5\.\d+$/),
    implementation: z.string().min(1),
    implementation_version: z.string(),
    language_info: z.object({
      name: z.string().min(1),
      version: z.string(),
      mimetype: z.string(),
      file_extension: z.string().startsWith('.'),
      pygments_lexer: z.string().optional(),
      codemirror_mode: z.union([z.string(), z.object({ name: z.string() })]).optional(),
      nbconvert_exporter: z.string().optional(),
    }),
    banner: z.string(),
    debugger: z.boolean().optional(),
    help_links: z.array(z.object({ text: z.string(), url: z.string().url() })),
    supported_features: z.array(z.string()).optional(),
  }),
  execute_reply: z.discriminatedUnion('status', [
    z.object({
      status: ok,
      execution_count: z.number().int(),
      payload: z.array(z.object({ source: z.string() }).loose()),
      user_expressions: z.record(z.string(), userExpression),
    }),
    failed.extend({ execution_count: z.number().int() }),
    aborted,
  ]),
  complete_reply: reply({
    matches: z.array(z.string()),
    cursor_start: z.number().int(),
    cursor_end: z.number().int(),
    metadata,
  }),
  inspect_reply: reply({ found: z.boolean(), data: mimeBundle, metadata }),
  is_complete_reply: z.discriminatedUnion('status', [
    z.object({ status: z.literal('incomplete'), indent: z.string() }),
    z.object({ status: z.enum(['complete', 'invalid', 'unknown']) }),
  ]),
  history_reply: reply({
    history: z.array(
      z.tuple([
        z.number().int(),
        z.number().int(),
        z.union([z.string(), z.tuple([z.string(), z.union([z.string(), z.null()])])]),
      ]),
    ),
  }),
  comm_info_reply: reply({ comms: z.record(z.string(), z.object({ target_name: z.string() })) }),
  connect_reply: reply({
    shell_port: z.number(),
    iopub_port: z.number(),
    stdin_port: z.number(),
    hb_port: z.number(),
    control_port: z.number(),
  }),
  interrupt_reply: reply({}),
  shutdown_reply: reply({ restart: z.boolean() }),
  status: z.strictObject({ execution_state: z.enum(['starting', 'busy', 'idle']) }),
  stream: z.strictObject({ name: z.enum(['stdout', 'stderr']), text: z.string().min(1) }),
  execute_input: z.strictObject({ code: z.string(), execution_count: z.number().int() }),
  execute_result: z.object({ ...displayData, execution_count: z.number().int() }),
  display_data: z.object(displayData),
  update_display_data: z.object({ ...displayData, transient: z.object({ display_id: z.string() }) }),
  clear_output: z.strictObject({ wait: z.boolean() }),
  error: z.strictObject({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) }),
  iopub_welcome: z.strictObject({ subscription: z.string() }),
  input_request: z.strictObject({ prompt: z.string(), password: z.boolean() }),
  comm_open: z.object({ comm_id: z.string(), target_name: z.string(), data: metadata }),
  comm_msg: z.object({ comm_id: z.string(), data: metadata }),
  comm_close: z.object({ comm_id: z.string(), data: metadata }),
};

const header = z.strictObject({
  msg_id: z.string().min(1),
  msg_type: z.string(),
  session: z.string().min(1),
  username: z.string(),
  date: z.iso.datetime(),
  version: z.string().regex(/^5\.\d+$/),
});

/** Throws where a kernel's message is not as the protocol says. */
export function validateMessage(message: Message): void {
  const type = message.header.msg_type;
  const schema = schemas[type];
  if (!schema) throw new Error(`${type} is no message of a kernel`);
  const wrong = header.safeParse(message.header).error ?? schema.safeParse(message.content).error;
  if (wrong) throw new Error(`${type} ${JSON.stringify(message.content).slice(0, 500)}: ${z.prettifyError(wrong)}`);
}
