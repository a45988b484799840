/**
 * @file What a job's process sees of our environment. A job needs its tools, the Hub and its device, and nothing of the services that prompts are sent to:
 * their keys stay here, also where a program of the job writes down its environment.
 */

/** By their whole names. */
const names = new Set([
  "PATH",
  "PATHEXT",
  "HOME",
  "USER",
  "LOGNAME",
  "USERNAME",
  "USERPROFILE",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TERM",
  "TMPDIR",
  "TEMP",
  "TMP",
  "APPDATA",
  "LOCALAPPDATA",
  "PROGRAMDATA",
  "SYSTEMROOT",
  "COMSPEC",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "SSH_AUTH_SOCK",
  "VIRTUAL_ENV",
  "KUBECONFIG",
  "LD_LIBRARY_PATH",
  "DO_NOT_TRACK",
  "DISABLE_TELEMETRY",
]);

/** By how they begin: of Python and its packages, of devices, of the Hub, of programs that run jobs. */
const prefixes = [
  "LC_",
  "XDG_",
  "PYTHON",
  "CONDA_",
  "UV_",
  "PIP_",
  "DYLD_",
  "HF_",
  "VLLM_",
  "TRANSFORMERS_",
  "TOKENIZERS_",
  "TORCH",
  "PYTORCH_",
  "ACCELERATE_",
  "CUDA_",
  "NVIDIA_",
  "CUBLAS_",
  "NCCL_",
  "GLOO_",
  "HIP_",
  "ROCR_",
  "HSA_",
  "OMP_",
  "MKL_",
  "OPENBLAS_",
  "SLURM_",
  "SBATCH_",
  "SRUN_",
  "RAY_",
  "SKYPILOT_",
  "DSTACK_",
  "MODAL_",
];

/** Of a service, though it begins as those above. */
const withheld = new Set(["VLLM_API_KEY"]);

/** The variables that are handed on: those of the lists above. Names count without case. */
export function jobEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const upper = name.toUpperCase();
      const isPassed = (names.has(upper) || prefixes.some((prefix) => upper.startsWith(prefix))) && !withheld.has(upper);
      return isPassed && value !== undefined ? [[name, value] as const] : [];
    }),
  );
}
