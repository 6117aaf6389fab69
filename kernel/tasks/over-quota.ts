import { QuotaKind } from "../quotas/layout";
import { kindRefused, takeRefused } from "../quotas/quota";
import { answerPageFault } from "../spaces/answer";
import { Answer } from "../spaces/answers";
import { FaultReason } from "../spaces/kinds";
import { Task } from "./task";

/**
 * Was it a quota that left the fault of `task` without memory, and not that no frame is left? Then nobody else need end for it: a FaultReason; else 0.
 * What was refused last may have been refused to a call, long ago. So the fault is answered once more, and either that is refused again or it is
 * not the quota's doing.
 */
export function overQuotaReason(task: Task, error: u64, address: u64): u32 {
  if (takeRefused() == null) return 0;
  if (answerPageFault(task.space, error, address) != Answer.NO_MEMORY) return 0;
  const quota = takeRefused();
  if (quota == null) return 0;
  if (quota != task.space.quota) return FaultReason.QUOTA_OF_OTHER;
  return kindRefused() == QuotaKind.FRAMES ? FaultReason.FRAME_QUOTA : FaultReason.TABLE_QUOTA;
}
