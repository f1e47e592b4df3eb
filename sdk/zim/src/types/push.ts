import type {
  ZIMCXHandleType,
} from '../enums.js';

export interface ZIMOfflinePushPrivateMessageTemplate {
  templateID: string;
  titleParameters: string;
  contentParameters: string;
}

export interface ZIMVoIPConfig {
  iOSVoIPHandleType: ZIMCXHandleType;
  iOSVoIPHandleValue: string;
  iOSVoIPHasVideo: boolean;
}

export interface ZIMPushConfig {
  title: string;
  content: string;
  payload: string;
  resourcesID: string;
  threadID: string;
  enableBadge: boolean;
  badgeIncrement: number;
  voIPConfig?: ZIMVoIPConfig;
  privateMessageTemplate?: ZIMOfflinePushPrivateMessageTemplate;
}
